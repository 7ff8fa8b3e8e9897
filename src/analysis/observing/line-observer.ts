import type { LabelledRow, LogBatch, Template } from '../../core/index.ts';
import type { ReportWarning } from '../../sinks/report/index.ts';
import { NUMBERS, NumberAnalysis } from '../numbers/number-analysis.ts';
import type { AnalysisOptions } from '../options.ts';
import { type FoundSignatures, SignatureAnalysis } from '../signatures.ts';
import { StreamAnalysis, type StreamSummary } from '../stream-findings.ts';

/** Plain data: it crosses threads. */
export interface ObserverSettings {
  /** What the inputs are. */
  readonly source: string;
  readonly promise: number;
  readonly seed: number;
  readonly signatures: AnalysisOptions['signatures'];
  /** Options of detectors by name. */
  readonly detectorOptions?: AnalysisOptions['detectorOptions'];
  readonly labels: Readonly<Record<'novelty' | 'rate' | 'numbers' | 'sigma', readonly LabelledRow[]>>;
}

/** What was found line by line in all inputs of a kind; plain data. */
export interface LineFindings {
  readonly streams: readonly StreamSummary[];
  readonly signatures: FoundSignatures;
  readonly warnings: readonly ReportWarning[];
}

export async function observerSettings(source: string, options: AnalysisOptions): Promise<ObserverSettings> {
  const { promise, seed, signatures, labels, detectorOptions } = options;
  const { own, rules } = signatures;
  const [novelty, rate, numbers] = [await labels('novelty'), await labels('rate'), await labels(NUMBERS)];
  const sigma = own || rules !== undefined ? await labels('sigma') : [];
  return {
    source,
    promise,
    seed,
    signatures,
    labels: { novelty, rate, numbers, sigma },
    ...(detectorOptions === undefined ? {} : { detectorOptions }),
  };
}

/** What looks at every line as it comes: the detectors that learn as they go, and signatures. */
export class LineObserver {
  readonly #stream: StreamAnalysis;
  readonly #numbers: NumberAnalysis;
  readonly #signatures: SignatureAnalysis | undefined;

  private constructor(stream: StreamAnalysis, numbers: NumberAnalysis, signatures: SignatureAnalysis | undefined) {
    this.#stream = stream;
    this.#numbers = numbers;
    this.#signatures = signatures;
  }

  static async open({ source, promise, seed, signatures, labels, detectorOptions = {} }: ObserverSettings): Promise<LineObserver> {
    return new LineObserver(
      await StreamAnalysis.open(source, promise, seed, labels, detectorOptions),
      new NumberAnalysis(source, promise, labels.numbers),
      await SignatureAnalysis.open(source, { signatures, seed, labels: async () => labels.sigma }),
    );
  }

  /** A batch of the baseline. */
  async learn(batch: LogBatch, templates: readonly Template[]): Promise<void> {
    this.#numbers.learn(batch, templates);
    await this.#stream.learn(batch, templates);
  }

  /** The baseline is over. */
  async learnt(): Promise<void> {
    this.#numbers.learnt();
    await this.#stream.learnt();
  }

  async add(batch: LogBatch, templates: readonly Template[]): Promise<void> {
    if (batch.rows === 0) return;
    this.#signatures?.add(batch);
    this.#numbers.add(batch, templates);
    await this.#stream.add(batch, templates);
  }

  /** `templates`: every one in use. */
  async finish(templates: readonly Template[]): Promise<LineFindings> {
    const numbers = this.#numbers.summary();
    const streams = await this.#stream.finish(templates);
    return {
      streams: numbers.scored === 0 ? streams : [...streams, numbers],
      signatures: this.#signatures?.found ?? [],
      warnings: this.#signatures?.warnings() ?? [],
    };
  }
}
