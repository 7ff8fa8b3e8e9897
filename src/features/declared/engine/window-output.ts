import type { EvidenceLine, WindowBatch } from '../../../core/index.ts';
import type { FeaturePlan } from '../plan/plan.ts';

/** Windows handed over, by column, until somebody takes them. */
export class WindowOutput {
  readonly #plan: FeaturePlan;
  #values: number[] = [];
  #keys: string[] = [];
  #start: number[] = [];
  #end: number[] = [];
  #events: number[] = [];
  #revision: number[] = [];
  #evidence: EvidenceLine[][] = [];

  constructor(plan: FeaturePlan) {
    this.#plan = plan;
  }

  add(window: {
    readonly keys: readonly string[];
    readonly values: readonly number[];
    readonly start: number;
    readonly end: number;
    readonly events: number;
    readonly revision: number;
    readonly evidence: EvidenceLine[];
  }): void {
    this.#values.push(...window.values);
    this.#keys.push(...window.keys);
    this.#start.push(window.start);
    this.#end.push(window.end);
    this.#events.push(window.events);
    this.#revision.push(window.revision);
    this.#evidence.push(window.evidence);
  }

  take(): WindowBatch | undefined {
    if (this.#start.length === 0) return undefined;
    const batch: WindowBatch = {
      shape: 'windows',
      feature: this.#plan.name,
      rows: this.#start.length,
      columns: this.#plan.aggregates.map(({ column }) => column),
      values: Float64Array.from(this.#values),
      keyColumns: this.#plan.key.map(({ name }) => name),
      keys: this.#keys,
      start: Float64Array.from(this.#start),
      end: Float64Array.from(this.#end),
      events: Float64Array.from(this.#events),
      revision: Uint8Array.from(this.#revision),
      evidence: this.#evidence,
    };
    [this.#values, this.#keys, this.#start, this.#end] = [[], [], [], []];
    [this.#events, this.#revision, this.#evidence] = [[], [], []];
    return batch;
  }
}
