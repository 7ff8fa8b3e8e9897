"""Values of scipy, scikit-learn and NumPy, for the tests of src/ml/{pca,metrics,statistics}.

    python test/reference/scientific.py > src/ml/fixtures/scientific.json
"""

import json

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from sklearn import decomposition, metrics

random = np.random.default_rng(12)


def table(function, rows):
    """[arguments..., value] for each row of arguments."""
    return [[*map(float, row), float(function(*row))] for row in rows]


def pca():
    rows, columns = 40, 7
    x = random.normal(size=(rows, 3)) @ random.normal(size=(3, columns)) + 0.3 * random.normal(size=(rows, columns)) + 5
    x[:, 5] = 2  # constant column
    x = np.round(x, 6)
    fit = decomposition.PCA(n_components=3, svd_solver="full").fit(x)
    components = fit.components_ * np.sign(fit.components_[np.arange(3), np.abs(fit.components_).argmax(axis=1)])[:, None]
    residual = x - fit.inverse_transform(fit.transform(x))
    variances = np.sort(np.linalg.eigvalsh(np.cov(x.T)))[::-1]
    left = np.maximum(variances[3:], 0)
    t1, t2, t3 = left.sum(), (left**2).sum(), (left**3).sum()
    h = 1 - 2 * t1 * t3 / (3 * t2**2)
    thresholds = []
    for rate in [0.05, 0.01, 0.001]:
        c = stats.norm.ppf(1 - rate)
        thresholds.append([rate, t1 * (c * np.sqrt(2 * t2 * h**2) / t1 + 1 + t2 * h * (h - 1) / t1**2) ** (1 / h)])
    share = np.cumsum(variances) / variances.sum()
    counts = random.poisson(0.7, size=(12, 5)).astype(float)
    counts[:, 4] = 0
    idf = np.log((1 + 12) / (1 + (counts > 0).sum(axis=0))) + 0.001
    return {
        "rows": rows,
        "columns": columns,
        "values": x.ravel().tolist(),
        "mean": fit.mean_.tolist(),
        "variances": variances.tolist(),
        "components": components.ravel().tolist(),
        "errors": (residual**2).sum(axis=1).tolist(),
        "thresholds": thresholds,
        "kept_for_95": int(np.searchsorted(share, 0.95) + 1),
        "counts": counts.ravel().tolist(),
        "idf": idf.tolist(),
    }


def eigen():
    cases = []
    for size in [1, 2, 5, 30]:
        a = random.normal(size=(size, size))
        a = np.round(a + a.T, 6)
        cases.append({"size": size, "matrix": a.ravel().tolist(), "values": np.sort(np.linalg.eigvalsh(a))[::-1].tolist()})
    return cases


def calibration_error(confidence, correct, bins):
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.sum() * abs(correct[inside].mean() - confidence[inside].mean())
    return total / len(confidence)


def binary():
    labels = (random.random(200) < 0.3).astype(int)
    scores = np.round(labels * 0.5 + random.normal(size=200), 1)  # one decimal: many ties
    predicted = (scores > 0.6).astype(int)
    confidence = np.round(random.random(200) * 0.99 + 0.005, 3)
    tn, fp, fn, tp = metrics.confusion_matrix(labels, predicted).ravel()
    return {
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "predicted": predicted.tolist(),
        "confidence": confidence.tolist(),
        "counts": [int(tp), int(fp), int(tn), int(fn)],
        "precision": metrics.precision_score(labels, predicted),
        "recall": metrics.recall_score(labels, predicted),
        "f1": metrics.f1_score(labels, predicted),
        "accuracy": metrics.accuracy_score(labels, predicted),
        "false_positive_rate": fp / (fp + tn),
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "average_precision": metrics.average_precision_score(labels, scores),
        "calibration_error_15": calibration_error(confidence, labels, 15),
        "calibration_error_10": calibration_error(confidence, labels, 10),
    }


def multiclass():
    actual = random.integers(0, 4, size=120)
    predicted = np.where(random.random(120) < 0.6, actual, random.integers(0, 4, size=120))
    per_class = metrics.precision_recall_fscore_support(actual, predicted)
    return {
        "actual": actual.tolist(),
        "predicted": predicted.tolist(),
        "matrix": metrics.confusion_matrix(actual, predicted).ravel().tolist(),
        "macro_f1": metrics.f1_score(actual, predicted, average="macro"),
        "accuracy": metrics.accuracy_score(actual, predicted),
        "precision": per_class[0].tolist(),
        "recall": per_class[1].tolist(),
        "f1": per_class[2].tolist(),
        "support": per_class[3].tolist(),
    }


def statistics():
    probabilities = [1e-300, 1e-100, 1e-20, 1e-9, 1e-5, 0.001, 0.02, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999, 1 - 1e-9]
    degrees = [1, 2, 5, 30, 500]
    sample = np.round(random.exponential(2, size=500), 6)
    threshold = np.quantile(sample, 0.9)
    above = sample[sample > threshold]
    counts = [(0, 10), (1, 10), (5, 10), (10, 10), (3, 1000), (999, 1000), (17, 250000)]
    # Not binomtest's "exact": it searches the root to an absolute 2e-12 only.
    exact = lambda k, n, c: (
        float(stats.beta.ppf((1 - c) / 2, k, n - k + 1)) if k else 0.0,
        float(stats.beta.ppf(1 - (1 - c) / 2, k + 1, n - k)) if k < n else 1.0,
    )
    wilson = lambda k, n, c: stats.binomtest(k, n).proportion_ci(c, "wilson")
    return {
        "logGamma": table(special.gammaln, [(x,) for x in [1e-5, 0.1, 0.5, 1.5, 3, 10.3, 171, 1e4, 1e8]]),
        "gammaP": table(special.gammainc, [(a, x) for a in [0.1, 0.5, 1, 7.5, 100, 1e4, 1e6] for x in [1e-3, 0.7, 8, 99, 1.01e4, 1e6]]),
        "gammaQ": table(special.gammaincc, [(a, x) for a in [0.1, 0.5, 1, 7.5, 100, 1e4, 1e6] for x in [1e-3, 0.7, 8, 99, 1.01e4, 1e6]]),
        "betaI": table(lambda x, a, b: special.betainc(a, b, x), [(x, a, b) for x in [1e-8, 0.1, 0.5, 0.93] for a in [0.5, 3, 80, 2e4] for b in [0.5, 4, 90]]),
        "normalCdf": table(stats.norm.cdf, [(x,) for x in [-37, -8, -3, -1, -0.1, 0, 0.1, 1, 2.5, 5, 9]]),
        "normalQuantile": table(stats.norm.ppf, [(p,) for p in probabilities]),
        "chiSquareSurvival": table(stats.chi2.sf, [(x, k) for x in [0, 0.1, 1, 8, 40, 300, 1200] for k in degrees]),
        "studentSurvival": table(stats.t.sf, [(x, k) for x in [-5, -0.3, 0, 0.3, 2, 30] for k in degrees]),
        "studentQuantile": table(stats.t.ppf, [(p, k) for p in [1e-9, 0.001, 0.025, 0.2, 0.3, 0.45, 0.5, 0.6, 0.975, 0.9999] for k in degrees]),
        "poissonUpperTail": table(lambda k, m: stats.poisson.sf(k - 1, m), [(k, m) for k in [0, 1, 5, 60, 1100] for m in [0.01, 3, 40, 1000]]),
        "poissonLowerTail": table(stats.poisson.cdf, [(k, m) for k in [0, 1, 5, 60, 1100] for m in [0.01, 3, 40, 1000]]),
        "binomialUpperTail": table(lambda k, n, p: stats.binom.sf(k - 1, n, p), [(k, n, p) for k in [0, 1, 7, 20] for n in [20, 1000] for p in [0.001, 0.3]]),
        "binomialLowerTail": table(stats.binom.cdf, [(k, n, p) for k in [0, 1, 7, 20] for n in [20, 1000] for p in [0.001, 0.3]]),
        "fisher": [[[0.04, 0.3, 1e-6], float(stats.combine_pvalues([0.04, 0.3, 1e-6]).pvalue)], [[0.5], 0.5]],
        "wilson": [[k, n, c, *wilson(k, n, c)] for k, n in counts for c in [0.95, 0.99]],
        "clopperPearson": [[k, n, c, *exact(k, n, c)] for k, n in counts for c in [0.95, 0.99]],
        "sample": np.sort(sample).tolist(),
        "quantiles": [[p, float(np.quantile(sample, p))] for p in [0, 0.01, 0.25, 0.5, 0.937, 1]],
        "tail": {"threshold": float(threshold), "exceedances": len(above), "scale": float(stats.expon.fit(above, floc=threshold)[1])},
    }


print(
    json.dumps(
        {
            "source": f"scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
            "pca": pca(),
            "eigen": eigen(),
            "binary": binary(),
            "multiclass": multiclass(),
            "statistics": statistics(),
        }
    )
)
