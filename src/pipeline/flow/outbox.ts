import { type Alert, backoffMillis, type Logger, type Micros, type Sink } from '../../core/index.ts';
import type { PipelineStore } from '../pipeline-store.ts';

/** Messages looked at in one round. */
const ROUND = 200;

/** Delivers what committed epochs left in the outbox, oldest first; a sink that fails keeps its messages and is tried again later. */
export class OutboxDispatcher {
  readonly counters = { delivered: 0, failed: 0 };
  private readonly outbox: PipelineStore['outbox'];
  private readonly sinks: ReadonlyMap<string, Sink>;
  private readonly random: () => number;
  private readonly log: Logger;

  constructor(outbox: PipelineStore['outbox'], sinks: ReadonlyMap<string, Sink>, random: () => number, log: Logger) {
    this.outbox = outbox;
    this.sinks = sinks;
    this.random = random;
    this.log = log;
  }

  /** One round; true when there may be more. */
  async deliver(now: Micros): Promise<boolean> {
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

  async close(): Promise<void> {
    for (const sink of this.sinks.values()) await sink.close().catch(() => undefined);
  }
}
