import { deserialize, serialize } from 'node:v8';
import { type Micros, type RuleDetector, type RuleFinding, type RuleInput, stableId } from '../../core/index.ts';
import type { Finding } from './lane.ts';
import type { ScorerOptions, ScorerStatus } from './scorer.ts';

interface State {
  readonly rows: number;
  readonly detector: Uint8Array;
}

const NO_ROW = new Uint8Array(0);

/** One rule detector of one source, from events to findings with ids. */
export class LaneRules {
  readonly options: Pick<ScorerOptions, 'tenant' | 'source' | 'detector'>;
  readonly detector: RuleDetector;
  /** True when there is state that `snapshot` has not given out. */
  changed = false;
  private rows = 0;

  constructor(detector: RuleDetector, options: LaneRules['options']) {
    this.detector = detector;
    this.options = options;
  }

  take(batch: RuleInput): Finding[] {
    if (batch.rows === 0 || !this.detector.reads.includes(batch.kind)) return [];
    this.changed = true;
    this.rows += batch.rows;
    return this.detector.take(batch).map((finding) => this.named(finding));
  }

  advance(watermark: Micros): Finding[] {
    const found = this.detector.advance(watermark).map((finding) => this.named(finding));
    this.changed ||= found.length > 0;
    return found;
  }

  private named({ rule, ...condition }: RuleFinding): Finding {
    const { tenant, source, detector } = this.options;
    const id = stableId(tenant, source, detector, rule, condition.key, condition.start);
    return {
      detection: { id, detector, source, ...condition, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false },
      feature: detector,
      model: rule,
      modelSha256: '',
      row: NO_ROW,
    };
  }

  status(): ScorerStatus {
    return {
      detector: this.options.detector,
      state: 'ready',
      have: this.rows,
      need: 0,
      readyAt: undefined,
      promisedRate: Number.NaN,
      extrapolated: false,
      scored: this.rows,
      flagged: this.detector.counters().findings ?? 0,
      paused: '',
    };
  }

  /** Under the name `rules`. */
  snapshot(): Readonly<Record<string, Uint8Array>> {
    this.changed = false;
    const state: State = { rows: this.rows, detector: this.detector.snapshot() };
    return { rules: new Uint8Array(serialize(state)) };
  }

  restore({ rules }: Readonly<Record<string, Uint8Array>>): void {
    if (rules === undefined) return;
    const state = deserialize(rules) as State;
    this.rows = state.rows;
    this.detector.restore(state.detector);
  }
}
