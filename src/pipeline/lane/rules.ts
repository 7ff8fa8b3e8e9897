import { deserialize, serialize } from 'node:v8';
import {
  type LabelledRow,
  type Micros,
  type RuleDetector,
  type RuleFinding,
  type RuleInput,
  ruleLabel,
  rulesAllowed,
  stableId,
} from '../../core/index.ts';
import { effectOnRules, type FoundAlert, type LabelEffect } from './label-effect.ts';
import type { Finding } from './lane.ts';
import type { ScorerOptions, ScorerStatus } from './lane-scorer.ts';

interface State {
  readonly rows: number;
  readonly detector: Uint8Array;
}

/** One rule detector of one source, from events to findings with ids. */
export class LaneRules {
  readonly options: Pick<ScorerOptions, 'tenant' | 'source' | 'detector'>;
  readonly detector: RuleDetector;
  /** True when there is state that `snapshot` has not given out. */
  changed = false;
  private rows = 0;
  private allowed: ReadonlySet<string> = new Set();

  constructor(detector: RuleDetector, options: LaneRules['options']) {
    this.detector = detector;
    this.options = options;
  }

  take(batch: RuleInput): Finding[] {
    if (batch.rows === 0 || !this.detector.reads.includes(batch.kind)) return [];
    this.changed = true;
    this.rows += batch.rows;
    return this.told(this.detector.take(batch));
  }

  advance(watermark: Micros): Finding[] {
    const found = this.told(this.detector.advance(watermark));
    this.changed ||= found.length > 0;
    return found;
  }

  /** What an analyst said is wrong or expected is not raised again. */
  applyLabels(labels: readonly LabelledRow[]): void {
    this.allowed = rulesAllowed(labels);
  }

  async effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect> {
    return effectOnRules(found, labels);
  }

  private told(findings: readonly RuleFinding[]): Finding[] {
    return findings.filter(({ rule, entity }) => !this.allowed.has(ruleLabel(rule, entity))).map((finding) => this.named(finding));
  }

  private named({ rule, ...condition }: RuleFinding): Finding {
    const { tenant, source, detector } = this.options;
    const id = stableId(tenant, source, detector, rule, condition.key, condition.start);
    return {
      detection: { id, detector, source, ...condition, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false },
      feature: detector,
      model: rule,
      modelSha256: '',
      row: new TextEncoder().encode(ruleLabel(rule, condition.entity)),
    };
  }

  status(): ScorerStatus {
    return {
      detector: this.options.detector,
      model: 'rules',
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
