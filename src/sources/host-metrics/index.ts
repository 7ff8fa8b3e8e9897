import { hostname } from 'node:os';
import { z } from 'zod';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState } from '../../core/index.ts';
import { ReadingStream } from '../live/reading-batch.ts';
import { Waker } from '../live/waker.ts';
import { measureHost } from './measure.ts';

const config = z.strictObject({
  intervalMs: z.number().int().min(50).max(3_600_000).default(2000).describe('Milliseconds between two measurements'),
  host: z.string().min(1).max(256).optional().describe('Name of the host in series and alerts; absent = its own'),
  mounts: z.array(z.string().min(1)).default(['/']).describe('File systems whose used share is measured'),
  procfs: z.string().default('/proc').describe('Where the kernel shows its figures'),
});

type Config = z.output<typeof config>;

export default define({
  name: 'host-metrics',
  summary: 'Measures this host: CPU, load, memory, disks, network, connections, processes',
  records: ['readings'],
  config,
  create: (settings, context): Source => new HostMetricsSource(settings, context),
});

class HostMetricsSource implements Source {
  readonly replayable = false;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #counters = { measurements: 0, readings: 0, missing: 0, late_measurements: 0 };

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {}

  /** One batch a measurement, at multiples of the interval; one that takes longer delays the next. */
  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const { procfs, mounts, intervalMs, host = hostname() } = this.#config;
    const { now, log } = this.#context;
    const stream = new ReadingStream(`host/${host}`, String(now()));
    const waker = new Waker();
    let told = '';
    while (!signal.aborted) {
      const { measured, missing } = await measureHost(procfs, mounts);
      const time = now();
      this.#counters.measurements++;
      this.#counters.readings += measured.length;
      this.#counters.missing = missing.length;
      if (missing.join() !== told) {
        told = missing.join();
        log.info('this system does not show everything of the host', { missing: told });
      }
      if (measured.length > 0)
        yield stream.batch(
          measured.map((one) => ({ ...one, time, entity: host })),
          time,
        );
      const spent = (now() - time) / 1000;
      if (spent > intervalMs) this.#counters.late_measurements++;
      await waker.wait(Math.max(0, intervalMs - (spent % intervalMs)), signal);
    }
  }
}
