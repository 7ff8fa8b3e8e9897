import type { Micros, RecordBatch } from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import { Waker } from './waker.ts';

export interface InboxOptions {
  /** Bytes of records that may wait. */
  readonly capacityBytes: number;
  /** Share of the capacity that one sender may take, 0..1. */
  readonly senderShare: number;
  readonly batchBytes: number;
  /** How long records wait for more of the same sender. */
  readonly gatherMs: number;
  readonly now: () => Micros;
}

/** Senders remembered at once; spoofed addresses must not fill memory. */
const MAX_SENDERS = 4096;
/** What holding one record costs beside its bytes. */
const RECORD_OVERHEAD = 64;

interface Sender {
  readonly generation: string;
  offset: number;
  line: number;
  waiting: Uint8Array[];
  waitingBytes: number;
}

/** Records pushed by many senders, given out in batches per sender, the senders in turn. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #waker = new Waker();
  readonly #start: number;
  #turn: string[] = [];
  #bytes = 0;
  #streams = 0;
  #roomCallbacks = new Set<() => void>();

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#start = options.now();
  }

  /** Takes a record unless its sender or the whole inbox is full. */
  offer(input: string, record: Uint8Array): boolean {
    if (this.isFull(input)) return false;
    const sender = this.#sender(input);
    if (sender.waiting.length === 0) this.#turn.push(input);
    sender.waiting.push(record);
    sender.waitingBytes += record.length + RECORD_OVERHEAD;
    this.#bytes += record.length + RECORD_OVERHEAD;
    this.#waker.wake();
    return true;
  }

  isFull(input: string): boolean {
    const { capacityBytes, senderShare } = this.#options;
    if (this.#bytes >= capacityBytes) return true;
    return (this.#senders.get(input)?.waitingBytes ?? 0) >= capacityBytes * senderShare;
  }

  /** Called once, the next time that records were taken out. */
  whenRoom(callback: () => void): void {
    this.#roomCallbacks.add(callback);
  }

  /** Until `signal`, then what was taken by then. */
  async *batches(signal: AbortSignal): AsyncGenerator<RecordBatch> {
    for (let isLast = false; !isLast; ) {
      isLast = signal.aborted;
      if (this.#turn.length === 0) {
        if (isLast) return;
        await this.#waker.wait(Number.POSITIVE_INFINITY, signal);
        continue;
      }
      const { batchBytes, capacityBytes, senderShare } = this.#options;
      if (!isLast && this.#bytes < Math.min(batchBytes, (capacityBytes * senderShare) / 2))
        await new Waker().wait(this.#options.gatherMs, signal);
      const round = this.#turn;
      this.#turn = [];
      for (const input of round) {
        const batch = this.#take(input);
        const callbacks = [...this.#roomCallbacks];
        this.#roomCallbacks.clear();
        for (const callback of callbacks) callback();
        yield batch;
      }
    }
  }

  #take(input: string): RecordBatch {
    const sender = this.#sender(input);
    const { offset, line, generation, waiting } = sender;
    const ends = new Uint32Array(waiting.length);
    let end = 0;
    for (let i = 0; i < waiting.length; i++) {
      end += (waiting[i] as Uint8Array).length;
      ends[i] = end;
    }
    const bytes = concatBytes(waiting, end);
    this.#bytes -= sender.waitingBytes;
    sender.offset += end;
    sender.line += waiting.length;
    sender.waiting = [];
    sender.waitingBytes = 0;
    return { input, generation, offset, line, bytes, ends, arrival: this.#options.now(), last: false };
  }

  #sender(input: string): Sender {
    const known = this.#senders.get(input);
    if (known !== undefined) return known;
    if (this.#senders.size >= MAX_SENDERS) {
      for (const [name, sender] of this.#senders) {
        if (sender.waiting.length > 0) continue;
        this.#senders.delete(name);
        break;
      }
    }
    const sender: Sender = { generation: `${this.#start}.${this.#streams++}`, offset: 0, line: 1, waiting: [], waitingBytes: 0 };
    this.#senders.set(input, sender);
    return sender;
  }
}
