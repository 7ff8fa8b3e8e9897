import type { Template } from '../../core/index.ts';
import type { KnownTemplates } from '../../parsers/index.ts';
import type { FileInput } from '../../sources/index.ts';
import { type InputSummary, type LogInputs, logInputs, type ParsedLines, type ParsingOptions, readLogs } from '../../training/index.ts';
import { type LineFindings, LineObserver, type ObserverSettings } from './line-observer.ts';
import { ObserverThread } from './observer-thread.ts';

/** Plain data: it crosses threads. */
export interface ObservedInputsOptions {
  readonly settings: ObserverSettings;
  readonly parsing: ParsingOptions;
  /** Stored bytes of all inputs. */
  readonly bytes: number;
  /** What is normal, learnt before the first input; none where empty. */
  readonly baseline: readonly FileInput[];
}

/** Inputs whose lines are looked at one by one as they are parsed. */
export interface ObservedLogs extends LogInputs {
  /** What was found in all of them; ask once, behind the last. */
  findings(): Promise<LineFindings>;
}

/** Stored bytes from which on a further thread is worth what it costs to start. */
const OBSERVED_BESIDE_BYTES = 32 << 20;

/** Inputs parsed and observed: here, or in two threads of their own where they are long enough, with the same result. */
export async function observedInputs(options: ObservedInputsOptions): Promise<ObservedLogs> {
  return options.bytes < OBSERVED_BESIDE_BYTES ? ObservedInputs.open(options) : new ObserverThread(options);
}

export class ObservedInputs implements ObservedLogs {
  readonly #parser: LogInputs;
  readonly #observer: LineObserver;

  private constructor(parser: LogInputs, observer: LineObserver) {
    this.#parser = parser;
    this.#observer = observer;
  }

  static async open({ settings, parsing, bytes, baseline }: ObservedInputsOptions): Promise<ObservedInputs> {
    const observer = await LineObserver.open(settings);
    if (baseline.length > 0) {
      const { root: _, ...options } = parsing;
      const onBatch: NonNullable<Parameters<typeof readLogs>[1]>['onBatch'] = (batch, templates) => observer.learn(batch, templates);
      await readLogs(baseline, { ...options, sequences: false, onBatch });
      await observer.learnt();
    }
    return new ObservedInputs(logInputs(bytes, parsing), observer);
  }

  async *parse(input: FileInput): AsyncGenerator<ParsedLines, InputSummary> {
    const parsing = this.#parser.parse(input);
    for (;;) {
      const next = await parsing.next();
      if (next.done === true) return next.value;
      await this.#observer.add(next.value.batch, next.value.templates);
      yield next.value;
    }
  }

  templates(): Promise<readonly Template[]> {
    return this.#parser.templates();
  }

  known(): Promise<readonly KnownTemplates[]> {
    return this.#parser.known();
  }

  reuse(memory: readonly ArrayBuffer[]): void {
    this.#parser.reuse(memory);
  }

  async findings(): Promise<LineFindings> {
    return this.#observer.finish(await this.templates());
  }

  async close(): Promise<void> {
    await this.#parser.close();
  }
}
