import {
  type Detection,
  type EventBatch,
  formatMicros,
  type LabelledRow,
  type Lineage,
  type LogBatch,
  type Logger,
  type RuleDetector,
  type RuleFinding,
  ruleLabel,
  rulesAllowed,
  seededRandom,
  silentLogger,
  stableId,
} from '../core/index.ts';
import { rules } from '../detectors/index.ts';
import type { ReportWarning } from '../sinks/report/index.ts';
import type { Finding } from './detections.ts';
import type { AnalysisOptions } from './options.ts';

const MOST_NAMED = 20;

/** What signatures found, each with its detection's id; plain data. */
export type FoundSignatures = readonly (readonly [id: string, finding: RuleFinding])[];

/** Signatures over a finite input; a finding keeps its latest figures. */
export class SignatureAnalysis {
  readonly #source: string;
  readonly #detector: RuleDetector;
  readonly #problems: readonly string[];
  readonly #allowed: ReadonlySet<string>;
  readonly #found = new Map<string, RuleFinding>();

  private constructor(source: string, detector: RuleDetector, labels: readonly LabelledRow[], problems: readonly string[]) {
    this.#problems = problems;
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
    const problems: string[] = [];
    const warn: Logger['warn'] = (_message, { file, title, reason } = {}) => problems.push(`${file} (${title}): ${reason}`);
    const context = { name: 'sigma', log: { ...silentLogger, warn }, now: () => 0, random: seededRandom(seed) };
    const detector = definition.create(definition.config.parse(signatures), context);
    return new SignatureAnalysis(source, detector, await labels('sigma'), problems);
  }

  add(batch: LogBatch | EventBatch): void {
    for (const finding of this.#detector.take(batch)) {
      if (this.#allowed.has(ruleLabel(finding.rule, finding.entity))) continue;
      this.#found.set(stableId('detection', this.#source, 'sigma', finding.rule, finding.key, formatMicros(finding.start)), finding);
    }
  }

  /** Rules that could not be used, each with the reason. */
  warnings(): ReportWarning[] {
    const named = this.#problems.slice(0, MOST_NAMED).join('; ');
    const rest = this.#problems.length > MOST_NAMED ? `; and ${this.#problems.length - MOST_NAMED} more` : '';
    return this.#problems.length === 0
      ? []
      : [{ code: 'rules-unused', text: `Sigma rules that cannot be used (${this.#problems.length}): ${named}${rest}.` }];
  }

  get found(): FoundSignatures {
    return [...this.#found];
  }

  /** Those whose first line is of this input. */
  findings(input: string, lineage: Lineage): Finding[] {
    return signatureFindings(this.found, this.#source, input, lineage);
  }
}

/** Those of `found` in the inputs of `source` whose first line is of this input. */
export function signatureFindings(found: FoundSignatures, source: string, input: string, lineage: Lineage): Finding[] {
  return found.flatMap(([id, { rule, ...condition }]) => {
    if (condition.evidence[0]?.input !== input) return [];
    const detection: Detection = {
      id,
      detector: 'sigma',
      source,
      ...condition,
      pValue: Number.NaN,
      threshold: Number.NaN,
      extrapolated: false,
      lineage: { ...lineage, model: rule },
    };
    return [{ detection, row: new TextEncoder().encode(ruleLabel(rule, condition.entity)) }];
  });
}
