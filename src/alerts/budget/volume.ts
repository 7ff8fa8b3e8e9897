import { canonicalJson, MICROS_PER_DAY, type Micros } from '../../core/index.ts';

interface Meter {
  /** Units, decayed to `at`. */
  units: number;
  /** Observed time, decayed likewise: units / time is the rate. */
  micros: number;
  at: Micros;
}

const LEAST_MICROS = 60_000_000;

/**
 * Scored units a day per detector, measured over event time with exponential decay. Both units and observed time decay, so the
 * estimate is right from the first minute on and does not start at zero.
 */
export class VolumeMeter {
  private readonly halfLife: Micros;
  private readonly meters = new Map<string, Meter>();

  constructor(halfLife: Micros = 2 * MICROS_PER_DAY) {
    this.halfLife = halfLife;
  }

  /** Counts `units` scored up to event time `at`; time before the latest known does not run backwards. */
  add(detector: string, units: number, at: Micros): void {
    if (!Number.isFinite(at)) return;
    const meter = this.meters.get(detector);
    if (meter === undefined) {
      this.meters.set(detector, { units, micros: 0, at });
      return;
    }
    const passed = Math.max(0, at - meter.at);
    const kept = 2 ** (-passed / this.halfLife);
    meter.units = meter.units * kept + units;
    // The integral of the decay over the time that passed.
    meter.micros = meter.micros * kept + ((1 - kept) * this.halfLife) / Math.LN2;
    meter.at = Math.max(meter.at, at);
  }

  /** Undefined before a minute of event time was seen. */
  unitsPerDay(detector: string): number | undefined {
    const meter = this.meters.get(detector);
    if (meter === undefined || meter.micros < LEAST_MICROS) return undefined;
    return (meter.units / meter.micros) * MICROS_PER_DAY;
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson([...this.meters].sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  restore(snapshot: Uint8Array): void {
    this.meters.clear();
    for (const [detector, meter] of JSON.parse(new TextDecoder().decode(snapshot)) as [string, Meter][]) this.meters.set(detector, meter);
  }
}
