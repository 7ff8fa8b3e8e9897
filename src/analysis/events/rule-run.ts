import {
  type Detection,
  type EventBatch,
  type Lineage,
  type LogBatch,
  type RuleDetector,
  type RuleFinding,
  stableId,
} from '../../core/index.ts';

/** Findings kept of one detector and input; the rest is counted. */
const MOST_KEPT = 20_000;

/** A rule detector with its name, over the batches of an analysis. */
export class RuleRun {
  readonly name: string;
  readonly detector: RuleDetector;
  private readonly found = new Map<string, RuleFinding[]>();
  private dropped = 0;

  constructor(name: string, detector: RuleDetector) {
    this.name = name;
    this.detector = detector;
  }

  take(batch: LogBatch | EventBatch): void {
    if (!this.detector.reads.includes(batch.kind)) return;
    const { input } = batch.origin;
    const kept = this.found.get(input) ?? [];
    this.found.set(input, kept);
    for (const finding of this.detector.take(batch)) {
      if (kept.length < MOST_KEPT) kept.push(finding);
      else this.dropped++;
    }
  }

  get notKept(): number {
    return this.dropped;
  }

  /** What was found in an input. Findings of one rule about one entity fold into one alert, so their key is the entity. */
  detections(input: string, tenant: string, source: string, lineage: Lineage): Detection[] {
    return (this.found.get(input) ?? []).map(({ rule, key, ...condition }) => ({
      id: stableId(tenant, source, this.name, rule, key, condition.start),
      detector: this.name,
      source,
      ...condition,
      key: condition.entity,
      pValue: Number.NaN,
      threshold: Number.NaN,
      extrapolated: false,
      lineage: { ...lineage, feature: this.name, model: rule, modelSha256: '' },
    }));
  }
}
