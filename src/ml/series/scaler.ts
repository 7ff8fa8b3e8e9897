import { z } from 'zod';
import type { SeriesFrame } from '../../core/index.ts';

/** How a channel is made comparable, learnt from the rows it was fitted on; nothing later changes it. */
export interface Scaling {
  /** log(1 + x) for amounts that are never negative, whose errors are relative ones. */
  readonly logarithm: boolean;
  readonly centre: number;
  readonly spread: number;
}

export const scalingSchema = z.array(z.strictObject({ logarithm: z.boolean(), centre: z.number(), spread: z.number() }));

export function fitScaling(frame: SeriesFrame, logarithms = true): Scaling[] {
  return frame.values.map((column) => {
    const raw = column.filter((value) => Number.isFinite(value)).sort();
    if (raw.length === 0) return { logarithm: false, centre: 0, spread: 1 };
    const logarithm =
      logarithms && (raw[0] as number) >= 0 && (raw.at(-1) as number) > 3 * (raw[raw.length >> 1] as number) && (raw.at(-1) as number) > 10;
    const finite = logarithm ? raw.map((value) => Math.log1p(value)) : raw;
    const centre = finite[finite.length >> 1] as number;
    let squares = 0;
    // Winsorised at the outer half per cent, so that a single spike does not set the scale.
    const low = finite[Math.floor(finite.length * 0.005)] as number;
    const high = finite[Math.min(finite.length - 1, Math.ceil(finite.length * 0.995))] as number;
    for (const value of finite) squares += (Math.min(high, Math.max(low, value)) - centre) ** 2;
    const spread = Math.sqrt(squares / finite.length);
    return { logarithm, centre, spread: spread > 1e-12 * Math.max(1, Math.abs(centre)) ? spread : 1 };
  });
}

export function scale({ logarithm, centre, spread }: Scaling, value: number): number {
  return ((logarithm ? Math.log1p(Math.max(0, value)) : value) - centre) / spread;
}

/** Back to the channel's own unit. Bounded, so that no forecast overflows. */
export function unscale({ logarithm, centre, spread }: Scaling, value: number): number {
  const own = Math.min(1e3, Math.max(-1e3, value)) * spread + centre;
  return logarithm ? Math.max(0, Math.expm1(Math.min(700, own))) : own;
}

export function scaled(frame: SeriesFrame, scaling: readonly Scaling[]): Float64Array[] {
  return frame.values.map((column, c) => column.map((value) => scale(scaling[c] as Scaling, value)));
}
