import { Worker } from 'node:worker_threads';
import { errorOf, type Template, VedetteError, workerUrl } from '../../core/index.ts';
import type { KnownTemplates } from '../../parsers/index.ts';
import type { FileInput } from '../../sources/index.ts';
import type { InputSummary, LogInputs, ParsedLines, ParsingOptions } from './input-parser.ts';
import type { FromParser, ToParser } from './messages.ts';
import { TemplateCopies } from './template-changes.ts';

/** What a thread that calls `serveInputs` parses (an `InputParser`, unless another one is given), a few batches ahead of whoever takes them. */
export class ParserThread implements LogInputs {
  readonly #worker: Worker;
  readonly #copies = new TemplateCopies();
  readonly #arrived: FromParser[] = [];
  #lost: Error | undefined;
  #wake = (): void => {};

  constructor(options: ParsingOptions, worker?: Worker) {
    this.#worker = worker ?? new Worker(workerUrl(import.meta.url, './parser.worker.ts'), { workerData: options, name: 'parser' });
    this.#worker.on('message', (message: FromParser) => {
      this.#arrived.push(message);
      this.#wake();
    });
    this.#worker.on('error', (cause) => this.#lose(new VedetteError('INTERNAL', `the parser thread failed: ${cause}`, { cause })));
    this.#worker.on('exit', (code) => this.#lose(new VedetteError('INTERNAL', `the parser thread ended with code ${code}`)));
  }

  async *parse(input: FileInput): AsyncGenerator<ParsedLines, InputSummary> {
    this.#send({ kind: 'parse', input });
    for (;;) {
      const message = await this.#next();
      if (message.kind === 'summary') return message.summary;
      if (message.kind !== 'batch') throw new VedetteError('INTERNAL', `the parser thread answered with ${message.kind}`);
      const { format, batch, changes, bytesRead } = message;
      const templates = this.#copies.apply(format, changes);
      this.#send({ kind: 'more' });
      yield { format, batch, templates, bytesRead };
    }
  }

  async templates(): Promise<readonly Template[]> {
    this.#send({ kind: 'templates' });
    const message = await this.#next();
    return message.kind === 'templates' ? message.templates : [];
  }

  async known(): Promise<readonly KnownTemplates[]> {
    this.#send({ kind: 'known' });
    const message = await this.#next();
    return message.kind === 'known' ? message.known : [];
  }

  reuse(memory: readonly ArrayBuffer[]): void {
    this.#send({ kind: 'reuse', memory }, memory);
  }

  /** What the thread answers to a request of another kind than those of `serveInputs`, between two inputs. */
  protected async ask(request: object): Promise<object> {
    this.#worker.postMessage(request);
    return this.#next();
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ToParser, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async #next(): Promise<FromParser> {
    for (;;) {
      const message = this.#arrived.shift();
      if (message?.kind === 'failed') throw errorOf(message.failure);
      if (message !== undefined) return message;
      if (this.#lost !== undefined) throw this.#lost;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    this.#wake();
  }
}
