import { type Alert, backoffMillis, type Logger, type Micros, type Sink } from '../../core/index.ts';
import type { PipelineStore } from '../pipeline-store.ts';

/** Messages looked at in one round. */
const ROUND = 200;

/** Delivers what committed epochs left in the outbox, oldest first; a sink that fails keeps its messages and is tried again later. */
export class OutboxDispatcher {
  readonly counters = { delivered: 0, failed: 0 };
  undelivered = 0;
  private readonly outbox: PipelineStore['outbox'];
  private sinks: ReadonlyMap<string, Sink>;
  private readonly random: () => number;
  private readonly log: Logger;
  private delivering: Promise<unknown> = Promise.resolve();

  constructor(outbox: PipelineStore['outbox'], sinks: ReadonlyMap<string, Sink>, random: () => number, log: Logger) {
    this.outbox = outbox;
    this.sinks = sinks;
    this.random = random;
    this.log = log;
  }

  /** All that is due. */
  async deliver(now: Micros): Promise<void> {
    const all = this.deliverAll(now);
    this.delivering = all.catch(() => undefined);
    await all;
  }

  private async deliverAll(now: Micros): Promise<void> {
    while (await this.round(now));
    this.undelivered = this.sinks.size > 0 ? await this.outbox.pending() : 0;
  }

  /** True when there may be more. */
  private async round(now: Micros): Promise<boolean> {
    if (this.sinks.size === 0) return false;
    const due = await this.outbox.due(now, ROUND);
    for (const [name, sink] of this.sinks) {
      const own = due.filter((message) => message.sink === name);
      if (own.length === 0) continue;
      try {
        await sink.deliver(own.map((message) => JSON.parse(message.body) as Alert));
        await this.outbox.done(
          own.map(({ key }) => key),
          now,
        );
        this.counters.delivered += own.length;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.counters.failed += own.length;
        this.log.warn('a sink did not take its alerts; they stay in the outbox', { sink: name, error: reason });
        for (const { key, attempts } of own)
          await this.outbox.failed(key, now + 1000 * backoffMillis(attempts, this.random, 1000, 600_000), reason);
      }
    }
    return due.length === ROUND && this.counters.failed === 0;
  }

  /** Delivers to others from now on. */
  async use(sinks: ReadonlyMap<string, Sink>): Promise<void> {
    const former = this.sinks;
    this.sinks = sinks;
    await this.delivering;
    await closeAll(former);
  }

  async close(): Promise<void> {
    await this.delivering;
    await closeAll(this.sinks);
  }
}

async function closeAll(sinks: ReadonlyMap<string, Sink>): Promise<void> {
  for (const sink of sinks.values()) await sink.close().catch(() => undefined);
}
