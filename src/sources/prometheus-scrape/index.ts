import { z } from 'zod';
import {
  type ComponentContext,
  define,
  failureText,
  type Reading,
  type RecordBatch,
  type Source,
  type SourceState,
  withoutCredentials,
} from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import { ReadingStream } from '../live/reading-batch.ts';
import { Waker } from '../live/waker.ts';
import { readExposition } from './text-format.ts';

const config = z.strictObject({
  targets: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .max(1000)
    .describe('Addresses that are asked for their metrics'),
  intervalMs: z.number().int().min(50).max(3_600_000).default(15_000).describe('Milliseconds between two scrapes of a target'),
  timeoutMs: z.number().int().min(10).max(600_000).default(10_000).describe('A target that takes longer counts as down'),
  token: z.string().min(1).optional().describe('Given to the targets as Authorization: Bearer TOKEN'),
  maxBodyBytes: z
    .number()
    .int()
    .min(1024)
    .default(16 << 20)
    .describe('A longer answer is not read'),
});

type Config = z.output<typeof config>;

export default define({
  name: 'prometheus-scrape',
  summary: 'Asks targets for their metrics in the Prometheus text format or OpenMetrics',
  records: ['readings'],
  config,
  create: (settings, context): Source => new ScrapeSource(settings, context),
});

const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5';

/** One batch a scrape; the target's host and port are the entity, and `up` is 1 where it answered. */
class ScrapeSource implements Source {
  readonly replayable = false;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #counters = { scrapes: 0, failed_scrapes: 0, readings: 0, bad_lines: 0 };

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {}

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const started = String(this.#context.now());
    const ready: RecordBatch[] = [];
    const waker = new Waker();
    const loops = this.#config.targets.map((target) =>
      this.#follow(target, started, signal, (batch) => {
        ready.push(batch);
        waker.wake();
      }),
    );
    while (!signal.aborted) {
      const batch = ready.shift();
      if (batch === undefined) await waker.wait(Number.POSITIVE_INFINITY, signal);
      else yield batch;
    }
    await Promise.all(loops);
  }

  async #follow(target: string, started: string, signal: AbortSignal, give: (batch: RecordBatch) => void): Promise<void> {
    const entity = new URL(target).host;
    const stream = new ReadingStream(`scrape/${entity}`, started);
    const waker = new Waker();
    while (!signal.aborted) {
      const time = this.#context.now();
      const readings = await this.#scrape(target, entity, signal);
      this.#counters.scrapes++;
      this.#counters.readings += readings?.length ?? 0;
      if (readings === undefined) this.#counters.failed_scrapes++;
      if (!signal.aborted)
        give(stream.batch([...(readings ?? []), { time, entity, series: 'up', value: Number(readings !== undefined) }], time));
      await waker.wait(this.#config.intervalMs, signal);
    }
  }

  /** undefined where the target did not answer as it should. */
  async #scrape(target: string, entity: string, signal: AbortSignal): Promise<Reading[] | undefined> {
    const { timeoutMs, token, maxBodyBytes } = this.#config;
    const time = this.#context.now();
    try {
      const { url, headers } = withoutCredentials(target);
      const answer = await fetch(url, {
        headers: { accept: ACCEPT, ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        redirect: 'error',
      });
      const parts: Uint8Array[] = [];
      let bytes = 0;
      for await (const part of answer.body ?? []) {
        bytes += part.length;
        if (bytes > maxBodyBytes) return this.#failed(entity, `an answer of more than ${maxBodyBytes} bytes`);
        parts.push(part);
      }
      if (!answer.ok) return this.#failed(entity, `HTTP ${answer.status} ${answer.statusText}`.trim());
      const problems = { badLines: 0 };
      const openMetrics = answer.headers.get('content-type')?.includes('openmetrics') === true;
      const readings = readExposition(new TextDecoder().decode(concatBytes(parts)), entity, time, openMetrics, problems);
      this.#counters.bad_lines += problems.badLines;
      return readings;
    } catch (error) {
      return signal.aborted ? undefined : this.#failed(entity, failureText(error));
    }
  }

  #failed(target: string, error: string): undefined {
    this.#context.log.debug(`${target} did not answer as it should`, { target, error });
    return undefined;
  }
}
