"""VUS-ROC and VUS-PR of the authors' package `vus`, for src/ml/metrics/volume-under-surface.test.ts.

    python test/reference/volume_under_surface.py > src/ml/fixtures/vus.json
"""

import json
from importlib.metadata import version

import numpy as np
from vus.utils.metrics import metricor

random = np.random.default_rng(5)
cases = []
for rows, ranges, buffer, ties in [
    (400, [(100, 130), (250, 252)], 0, False),
    (400, [(100, 130), (250, 252)], 20, False),
    (600, [(0, 9), (200, 240), (250, 260), (590, 599)], 25, True),
    (900, [(300, 420)], 100, True),
    (200, [(50, 59), (150, 150)], 7, False),
]:
    labels = np.zeros(rows, dtype=int)
    for start, end in ranges:
        labels[start : end + 1] = 1
    shifted = np.roll(labels, 3)
    score = random.normal(size=rows) + 1.2 * labels + 0.8 * shifted
    score = np.round(score, 1 if ties else 6)
    *_, roc, pr = metricor().RangeAUC_volume_opt(labels, score, buffer)
    cases.append({"labels": labels.tolist(), "scores": score.tolist(), "buffer": buffer, "roc": float(roc), "pr": float(pr)})
print(json.dumps({"source": f"vus {version('vus')}", "cases": cases}))
