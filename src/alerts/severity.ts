/** What a finding is about; shifts its severity. */
export type FindingKind = 'sequence' | 'parameter' | 'novelty' | 'rate' | 'silence' | 'outlier' | 'misuse';

export const SEVERITY_LEVELS = { medium: 25, high: 50, critical: 75 } as const;

/** Highest severity of what a detector of readings tells while it is learning: low. */
export const LEARNING_MOST = SEVERITY_LEVELS.medium - 1;

/** Readings of a series from which on what is unusual in it may be high; before, at most medium. */
const FEW_READINGS = 100;
/** The same of what may be medium; before, low. */
const HARDLY_ANY = 10;

/** Highest severity of what rests on so many readings of a series. */
export function mostOf(readings: number): number {
  if (readings < HARDLY_ANY) return LEARNING_MOST;
  return readings < FEW_READINGS ? SEVERITY_LEVELS.high - 1 : 100;
}

/**
 * Severity by rarity, linear between these points in -log10 p: p = 1 is 0, one unit in a hundred 25, one in a thousand 50, one in
 * a hundred thousand 75, one in ten thousand million 100.
 */
const POINTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [2, 25],
  [3, 50],
  [5, 75],
  [10, 100],
];

/** A first-seen value is often harmless; silence and known attack signatures seldom are. */
const KIND_SHIFT: Readonly<Record<FindingKind, number>> = {
  sequence: 0,
  parameter: 0,
  outlier: 0,
  rate: -5,
  novelty: -10,
  silence: 5,
  misuse: 15,
};

/**
 * 0..100, whole. Below what `calibrationSize` scores resolve, the exponent rests on the assumed tail and counts ever less: half
 * at first, by its logarithm far out, so that huge scores keep an order. Findings mapped to an ATT&CK technique gain 10.
 */
export function severityOf(pValue: number, kind: FindingKind, calibrationSize = Number.POSITIVE_INFINITY, techniques = 0): number {
  if (Number.isNaN(pValue)) return 0;
  const exponent = -Math.log10(Math.max(pValue, 1e-300));
  const resolved = Math.log10(calibrationSize + 1);
  const counted = exponent > resolved ? resolved + 2 * Math.log10(1 + (exponent - resolved) / 2) : exponent;
  const severity = interpolate(counted) + KIND_SHIFT[kind] + (techniques > 0 ? 10 : 0);
  return Math.round(Math.min(100, Math.max(0, severity)));
}

function interpolate(exponent: number): number {
  for (let i = 1; i < POINTS.length; i++) {
    const [x1, y1] = POINTS[i] as readonly [number, number];
    const [x0, y0] = POINTS[i - 1] as readonly [number, number];
    if (exponent <= x1) return y0 + ((exponent - x0) / (x1 - x0)) * (y1 - y0);
  }
  return 100;
}
