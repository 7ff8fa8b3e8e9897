import type { SeriesFrame } from '../../core/index.ts';

/** Median and spread per channel, of the rows it was fitted on; nothing later changes it. */
export interface Scaling {
  readonly centre: number;
  readonly spread: number;
}

export function fitScaling(frame: SeriesFrame): Scaling[] {
  return frame.values.map((column) => {
    const finite = column.filter((value) => Number.isFinite(value)).sort();
    if (finite.length === 0) return { centre: 0, spread: 1 };
    const centre = finite[finite.length >> 1] as number;
    let squares = 0;
    // Winsorised at the outer half per cent, so that a single spike does not set the scale.
    const low = finite[Math.floor(finite.length * 0.005)] as number;
    const high = finite[Math.min(finite.length - 1, Math.ceil(finite.length * 0.995))] as number;
    for (const value of finite) squares += (Math.min(high, Math.max(low, value)) - centre) ** 2;
    const spread = Math.sqrt(squares / finite.length);
    return { centre, spread: spread > 1e-12 * Math.max(1, Math.abs(centre)) ? spread : 1 };
  });
}

export function scaled(frame: SeriesFrame, scaling: readonly Scaling[]): Float64Array[] {
  return frame.values.map((column, c) => {
    const { centre, spread } = scaling[c] as Scaling;
    return column.map((value) => (value - centre) / spread);
  });
}
