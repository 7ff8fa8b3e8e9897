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
/** Findings kept of one rule, and of all; further ones are counted. */
const MOST_OF_RULE = 1000;
const MOST_KEPT = 20_000;

/** What signatures found, each with its detection's id; plain data. */
export type FoundSignatures = readonly (readonly [id: string, finding: RuleFinding])[];

/** Signatures over a finite input; a finding keeps its latest figures. */
export class SignatureAnalysis {
  readonly #source: string;
  readonly #detector: RuleDetector;
  readonly #problems: readonly string[];
  readonly #allowed: ReadonlySet<string>;
  readonly #found = new Map<string, RuleFinding>();
  readonly #ofRule = new Map<string, number>();
  #leftOut = 0;

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
      const id = stableId('detection', this.#source, 'sigma', finding.rule, finding.key, formatMicros(finding.start));
      if (this.#found.has(id) || this.#hasRoom(finding.rule)) this.#found.set(id, finding);
      else this.#leftOut++;
    }
  }

  #hasRoom(rule: string): boolean {
    const count = this.#ofRule.get(rule) ?? 0;
    if (count >= MOST_OF_RULE || this.#found.size >= MOST_KEPT) return false;
    this.#ofRule.set(rule, count + 1);
    return true;
  }

  /** What is not listed, and rules that could not be used, each with the reason. */
  warnings(): ReportWarning[] {
    const warnings: ReportWarning[] = [];
    if (this.#leftOut > 0) {
      const text = `Signatures matched ${this.#leftOut.toLocaleString('en')} times more than are listed: of each rule the first ${MOST_OF_RULE.toLocaleString('en')} findings are, ${MOST_KEPT.toLocaleString('en')} in all.`;
      warnings.push({ code: 'rules-more', text });
    }
    const named = this.#problems.slice(0, MOST_NAMED).join('; ');
    const rest = this.#problems.length > MOST_NAMED ? `; and ${this.#problems.length - MOST_NAMED} more` : '';
    if (this.#problems.length > 0)
      warnings.push({ code: 'rules-unused', text: `Sigma rules that cannot be used (${this.#problems.length}): ${named}${rest}.` });
    return warnings;
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
