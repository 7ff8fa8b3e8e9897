import type { Random } from '../../core/index.ts';
import { standardNormal } from './random-normal.ts';

export const INJECTED = ['stuck', 'drift', 'range', 'jump', 'noise'] as const;
export type InjectedFault = (typeof INJECTED)[number];

/** Rows that each fault lasts. */
export const FAULT_ROWS: Readonly<Record<InjectedFault, number>> = { stuck: 120, drift: 300, range: 10, jump: 60, noise: 120 };

/** What a channel does in the rows it was learnt from. */
export interface ChannelScale {
  readonly low: number;
  readonly high: number;
  readonly centre: number;
  readonly spread: number;
  /** Spread of the change from one row to the next. */
  readonly changeSpread: number;
}

/**
 * Writes a fault over rows from..: stuck at the value before; drift, a ramp to 4 spreads; range, readings half the range
 * beyond it; jump, 6 spreads away; noise, 3 spreads of the usual change more of it.
 */
export function injectFault(column: Float64Array, from: number, fault: InjectedFault, scale: ChannelScale, random: Random): void {
  const rows = FAULT_ROWS[fault];
  const side = random() < 0.5 ? -1 : 1;
  for (let i = 0; i < rows && from + i < column.length; i++) {
    const value = column[from + i] as number;
    column[from + i] = faulty(value, i);
  }
  function faulty(value: number, i: number): number {
    switch (fault) {
      case 'stuck':
        return column[from - 1] as number;
      case 'drift':
        return value + (side * 4 * scale.spread * (i + 1)) / rows;
      case 'range':
        return side > 0 ? scale.high + 0.5 * (scale.high - scale.low) : scale.low - 0.5 * (scale.high - scale.low);
      case 'jump':
        return value + side * 6 * scale.spread;
      case 'noise':
        return value + 3 * scale.changeSpread * standardNormal(random);
    }
  }
}
