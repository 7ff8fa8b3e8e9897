import {
  type Detection,
  type EventBatch,
  formatMicros,
  type LabelledRow,
  type Lineage,
  type LogBatch,
  type RuleDetector,
  type RuleFinding,
  ruleLabel,
  rulesAllowed,
  silentLogger,
  stableId,
} from '../core/index.ts';
import { rules } from '../detectors/index.ts';
import type { Finding } from './detections.ts';
import type { AnalysisOptions } from './options.ts';

/** Signatures over a finite input; a finding keeps its latest figures. */
export class SignatureAnalysis {
  readonly #source: string;
  readonly #detector: RuleDetector;
  readonly #allowed: ReadonlySet<string>;
  readonly #found = new Map<string, RuleFinding>();

  private constructor(source: string, detector: RuleDetector, labels: readonly LabelledRow[]) {
    this.#source = source;
    this.#detector = detector;
    this.#allowed = rulesAllowed(labels);
  }

  /** Nothing where no rules are wanted. */
  static async open(
    source: string,
    { signatures, labels, seed }: Pick<AnalysisOptions, 'signatures' | 'labels' | 'seed'>,
  ): Promise<SignatureAnalysis | undefined> {
    if (!signatures.own && signatures.rules === undefined) return undefined;
    const definition = (await (rules.sigma as NonNullable<typeof rules.sigma>)()).default;
    const context = { name: 'sigma', log: silentLogger, now: () => 0, random: () => seed };
    return new SignatureAnalysis(source, definition.create(definition.config.parse(signatures), context), await labels('sigma'));
  }

  add(batch: LogBatch | EventBatch): void {
    for (const finding of this.#detector.take(batch)) {
      if (this.#allowed.has(ruleLabel(finding.rule, finding.entity))) continue;
      this.#found.set(stableId('detection', this.#source, 'sigma', finding.rule, finding.key, formatMicros(finding.start)), finding);
    }
  }

  /** Those whose first line is of this input. */
  findings(input: string, lineage: Lineage): Finding[] {
    return [...this.#found].flatMap(([id, { rule, ...condition }]) => {
      if (condition.evidence[0]?.input !== input) return [];
      const detection: Detection = {
        id,
        detector: 'sigma',
        source: this.#source,
        ...condition,
        pValue: Number.NaN,
        threshold: Number.NaN,
        extrapolated: false,
        lineage: { ...lineage, model: rule },
      };
      return [{ detection, row: new TextEncoder().encode(ruleLabel(rule, condition.entity)) }];
    });
  }
}
