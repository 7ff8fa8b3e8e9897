import {
  backoffMillis,
  deliveryOf,
  type Logger,
  type Position,
  pause,
  positionAfter,
  type RecordBatch,
  type Source,
} from '../../core/index.ts';
import type { PipelineStore } from '../pipeline-store.ts';
import { BoundedQueue } from './queue.ts';
import { SegmentStreams } from './segment-streams.ts';

/** A batch with what is committed once it is processed. */
export interface Item {
  readonly records: RecordBatch;
  readonly positions: readonly Position[];
}

export interface PumpOptions {
  readonly name: string;
  readonly queueBytes: number;
  /** Bytes a second; 0 = no limit. */
  readonly readRate: number;
  readonly store: PipelineStore;
  readonly open: () => Source;
  readonly random: () => number;
  readonly log: Logger;
}

/** Appends under way at once, so that one fsync serves several. */
const IN_FLIGHT = 16;

/**
 * Reads one source into a bounded queue. A source that throws is opened again after a growing pause, from where it was; one that
 * cannot be read again goes through its durable segment log before its sender is answered.
 */
export class Pump {
  readonly queue: BoundedQueue<Item>;
  /** `repeated`: batches that their sender sent again; answered, not taken again. */
  readonly counters = { failures: 0, acknowledged: 0, repeated: 0 };
  state: 'reading' | 'retrying' | 'ended' | 'stopped' = 'reading';
  lastError = '';
  /** Resolves once the source listens, where it does, or could not be opened for the first time. */
  readonly opened: Promise<void>;
  private isOpen: () => void = () => {};
  private readonly options: PumpOptions;
  private readonly abort = new AbortController();
  private source: Source | undefined;
  private early: Source | undefined;
  private positions = new Map<string, Position>();
  private streams = new SegmentStreams(this.positions);

  constructor(options: PumpOptions) {
    this.options = options;
    this.queue = new BoundedQueue(options.queueBytes);
    this.opened = new Promise((resolve) => {
      this.isOpen = resolve;
    });
  }

  sourceCounters(): Readonly<Record<string, number>> {
    return this.source?.counters() ?? {};
  }

  /** Opens the source ahead of `run`: throws what otherwise would be tried again. */
  async open(): Promise<void> {
    const source = this.options.open();
    try {
      await source.listen?.();
    } catch (error) {
      await source.close().catch(() => undefined);
      throw error;
    }
    this.early = source;
  }

  /** Instead of `run`. */
  async discard(): Promise<void> {
    await this.early?.close().catch(() => undefined);
  }

  /** Runs until the source ends or `stop`; then the queue is closed. */
  async run(): Promise<void> {
    const { signal } = this.abort;
    const { store, name, log, random } = this.options;
    this.positions = new Map((await store.positions.of(name)).map((position) => [position.input, position]));
    this.streams = new SegmentStreams(this.positions);
    for (let attempt = 0; !signal.aborted; ) {
      const before = this.counters.acknowledged + this.queue.length;
      try {
        this.source = this.early ?? this.options.open();
        this.early = undefined;
        await this.source.listen?.();
        this.isOpen();
        await (this.source.replayable ? this.readReplayable(this.source) : this.readThroughLog(this.source));
        this.state = signal.aborted ? 'stopped' : 'ended';
        break;
      } catch (error) {
        this.isOpen();
        if (signal.aborted) break;
        this.counters.failures++;
        this.lastError = error instanceof Error ? error.message : String(error);
        this.state = 'retrying';
        if (this.counters.acknowledged + this.queue.length !== before) attempt = 0;
        const wait = backoffMillis(attempt++, random);
        log.warn('a source failed and is opened again', { source: name, error: this.lastError, waitMs: wait });
        await pause(wait, signal);
      } finally {
        await this.source?.close().catch(() => undefined);
      }
    }
    this.isOpen();
    if (signal.aborted) this.state = 'stopped';
    this.queue.close();
  }

  /** No more reading; what is queued is still processed. */
  stop(): void {
    this.abort.abort();
  }

  private async readReplayable(source: Source): Promise<void> {
    const { signal } = this.abort;
    for await (const records of source.read({ positions: [...this.positions.values()] }, signal)) {
      this.state = 'reading';
      const position = positionAfter(records);
      if (!(await this.queue.put({ records, positions: [position] }, records.bytes.length)) || signal.aborted) return;
      this.positions.set(records.input, position);
      await this.pace(records.bytes.length);
    }
  }

  private async readThroughLog(source: Source): Promise<void> {
    const { signal } = this.abort;
    const log = await this.options.store.segments(this.options.name);
    for await (const { sequence, batch } of log.replay(this.streams.committed)) {
      if (!(await this.enqueue(sequence, batch))) return;
    }
    const flights: Promise<void>[] = [];
    let order: Promise<unknown> = Promise.resolve();
    let failed: unknown;
    // Batches of one numbered stream follow each other, so that one which comes twice at once is seen to.
    const turns = new Map<string, Promise<void>>();
    const inTurn = (records: RecordBatch): Promise<void> => {
      const stream = deliveryOf(records)?.stream;
      if (stream === undefined) return fly(records);
      const turn = (turns.get(stream) ?? Promise.resolve()).then(() => fly(records));
      const settled = turn.catch(() => undefined).then(() => void (turns.get(stream) === settled && turns.delete(stream)));
      turns.set(stream, settled);
      return turn;
    };
    const fly = async (records: RecordBatch): Promise<void> => {
      if (this.streams.wasTaken(records)) {
        source.acknowledge?.(records);
        this.counters.repeated++;
        return;
      }
      const sequence = await log.append(records);
      source.acknowledge?.(records);
      this.counters.acknowledged++;
      order = order.then(() => this.enqueue(sequence, records));
      await order;
    };
    try {
      for await (const records of source.read({ positions: [] }, signal)) {
        this.state = 'reading';
        flights.push(
          inTurn(records).catch((error: unknown) => {
            failed ??= error;
          }),
        );
        if (flights.length >= IN_FLIGHT) await flights.shift();
        if (failed !== undefined) throw failed;
        await this.pace(records.bytes.length);
      }
    } finally {
      await Promise.all(flights);
    }
    if (failed !== undefined) throw failed;
  }

  private enqueue(sequence: number, batch: RecordBatch): Promise<boolean> {
    return this.queue.put(this.streams.place(sequence, batch), batch.bytes.length);
  }

  private async pace(bytes: number): Promise<void> {
    const { readRate } = this.options;
    if (readRate > 0) await pause((bytes / readRate) * 1000, this.abort.signal);
  }
}
