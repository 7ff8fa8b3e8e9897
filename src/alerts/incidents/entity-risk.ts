import type { Micros } from '../../core/index.ts';

/** Evidence halves in weight after this long. */
const HALF_LIFE: Micros = 6 * 3_600_000_000;

export type EntityVerdict = 'safe' | 'suspicious' | 'harmful';

export interface EntityRisk {
  readonly entity: string;
  /** 0..100. */
  readonly risk: number;
  readonly verdict: EntityVerdict;
  readonly lastEvidence: Micros;
}

interface Weight {
  weight: number;
  at: Micros;
}

/**
 * Risk of each entity: evidence (the surprise of its alerts above the floor, each type once an evidence's half-life) decays by
 * half every six hours and maps to 0..100 as 100 (1 - 2^(-weight / 5)), so that 5, the notify band, is 50. Holds `capacity`
 * entities; the one without evidence for longest is forgotten.
 */
export class EntityRisks {
  readonly #entities = new Map<string, Map<string, Weight>>();
  readonly #capacity: number;
  readonly #types: number;

  constructor(capacity = 100_000, types = 64) {
    this.#capacity = capacity;
    this.#types = types;
  }

  /** `weight` is the evidence of one alert; of like alerts the strongest, decayed, counts, not their number. */
  add(entity: string, type: string, weight: number, at: Micros): void {
    const types = this.#entities.get(entity) ?? new Map<string, Weight>();
    this.#entities.delete(entity);
    if (this.#entities.size >= this.#capacity) {
      const [oldest] = this.#entities.keys();
      this.#entities.delete(oldest as string);
    }
    this.#entities.set(entity, types);
    const known = types.get(type);
    if (known !== undefined) {
      if (weight >= decayed(known, at)) types.set(type, { weight, at: Math.max(at, known.at) });
    } else if (types.size < this.#types) types.set(type, { weight, at });
  }

  risk(entity: string, now: Micros): EntityRisk {
    const types = [...(this.#entities.get(entity)?.values() ?? [])];
    const weight = types.reduce((sum, one) => sum + decayed(one, now), 0);
    const risk = Math.round(100 * (1 - 2 ** (-weight / 5)));
    return { entity, risk, verdict: verdictOf(risk), lastEvidence: types.reduce((max, { at }) => Math.max(max, at), -Infinity) };
  }

  /** The riskiest first. */
  list(now: Micros, limit = 100): EntityRisk[] {
    return [...this.#entities.keys()]
      .map((entity) => this.risk(entity, now))
      .sort((a, b) => b.risk - a.risk || (a.entity < b.entity ? -1 : 1))
      .slice(0, limit);
  }

  snapshot(): readonly (readonly [string, readonly (readonly [string, number, Micros])[]])[] {
    return [...this.#entities].map(([entity, types]) => [entity, [...types].map(([type, { weight, at }]) => [type, weight, at] as const)]);
  }

  restore(state: ReturnType<EntityRisks['snapshot']>): void {
    this.#entities.clear();
    for (const [entity, types] of state) {
      this.#entities.set(entity, new Map(types.map(([type, weight, at]) => [type, { weight, at }])));
    }
  }
}

function decayed({ weight, at }: Weight, now: Micros): number {
  return weight * 2 ** (-Math.max(0, now - at) / HALF_LIFE);
}

/** Half the scale is the notify band, three quarters the high band. */
function verdictOf(risk: number): EntityVerdict {
  if (risk >= 75) return 'harmful';
  return risk >= 50 ? 'suspicious' : 'safe';
}
