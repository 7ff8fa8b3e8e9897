import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeError, scientificReference } from '../testing/scientific.ts';
import { symmetricEigen } from './eigen.ts';
import { fitPca, inverseDocumentFrequency, jacksonMudholkarThreshold, squaredPredictionErrors, weightColumns } from './pca.ts';

const { source, pca, eigen } = scientificReference();
const VALUES = Float64Array.from(pca.values);

function expectClose(found: ArrayLike<number>, wanted: readonly number[], digits: number): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i], `element ${i}`).toBeCloseTo(value, digits);
}

describe('symmetricEigen', () => {
  it.each(eigen)(`a $size x $size matrix has the eigenvalues of ${source}`, ({ size, matrix, values }) => {
    expectClose(symmetricEigen(Float64Array.from(matrix), size).values, values, 11);
  });

  it('gives orthonormal vectors that rebuild the matrix, also with repeated and zero eigenvalues', () => {
    const entry = fc.constantFrom(0, 0, 1, -1, 2.5, 1e-8, 1e6);
    const matrices = fc.integer({ min: 1, max: 8 }).chain((size) => fc.array(entry, { minLength: size * size, maxLength: size * size }));
    fc.assert(
      fc.property(matrices, (entries) => {
        const size = Math.round(Math.sqrt(entries.length));
        const matrix = Float64Array.from(entries, (_, i) => entries[Math.max(i, (i % size) * size + Math.floor(i / size))] as number);
        const { values, vectors } = symmetricEigen(matrix, size);
        const scale = Math.max(1, ...matrix.map(Math.abs));
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            let product = 0;
            let rebuilt = 0;
            for (let k = 0; k < size; k++) {
              product += (vectors[i * size + k] as number) * (vectors[j * size + k] as number);
              rebuilt += (values[k] as number) * (vectors[k * size + i] as number) * (vectors[k * size + j] as number);
            }
            expect(Math.abs(product - Number(i === j))).toBeLessThan(1e-12);
            expect(Math.abs(rebuilt - (matrix[i * size + j] as number))).toBeLessThan(1e-13 * scale * size);
          }
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('refuses what is not a finite square matrix', () => {
    expect(() => symmetricEigen(new Float64Array(3), 2)).toThrow(RangeError);
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow('finite');
  });
});

describe(`fitPca against ${source}`, () => {
  const fit = fitPca(VALUES, pca.rows, pca.columns, { components: 3 });

  it('mean, variances and components', () => {
    expectClose(fit.mean, pca.mean, 12);
    expectClose(fit.variances, pca.variances, 10);
    expectClose(fit.components, pca.components, 9);
  });

  it('squared prediction errors', () => {
    expectClose(squaredPredictionErrors(fit, VALUES, pca.rows), pca.errors, 9);
  });

  it('the threshold of Jackson and Mudholkar, one-sided', () => {
    for (const [rate, threshold] of pca.thresholds) {
      expect(relativeError(jacksonMudholkarThreshold(fit, rate), threshold)).toBeLessThan(1e-9);
    }
  });

  it('the components that carry a share of the variance', () => {
    expect(fitPca(VALUES, pca.rows, pca.columns, { varianceShare: 0.95 }).kept).toBe(pca.kept_for_95);
  });

  it('inverse document frequencies', () => {
    const counts = Float64Array.from(pca.counts);
    const weights = inverseDocumentFrequency(counts, 12, 5);
    expectClose(weights, pca.idf, 12);
    expect(weightColumns(counts, weights)[1]).toBe((counts[1] as number) * (weights[1] as number));
  });
});

describe('what fits exactly', () => {
  it('has error and threshold 0', () => {
    const line = Float64Array.of(1, 2, 2, 4, 3, 6);
    const fit = fitPca(line, 3, 2, { components: 2 });
    expect(jacksonMudholkarThreshold(fit, 0.01)).toBe(0);
    for (const error of squaredPredictionErrors(fit, line, 3)) expect(error).toBeLessThan(1e-25);
  });

  it('is refused with too few rows or other columns', () => {
    expect(() => fitPca(new Float64Array(2), 1, 2, { components: 1 })).toThrow('at least 2 rows');
    const fit = fitPca(new Float64Array(4), 2, 2, { components: 1 });
    expect(() => squaredPredictionErrors(fit, new Float64Array(3), 1)).toThrow('columns learnt');
  });
});
