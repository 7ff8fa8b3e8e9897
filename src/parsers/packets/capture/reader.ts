import { type Micros, type PacketBatch, VedetteError } from '../../../core/index.ts';
import { applicationEvents } from '../application/index.ts';
import { BATCH_PACKETS, PacketColumns } from '../columns.ts';
import { PacketDecoder } from '../decode/decoder.ts';
import type { FragmentState } from '../decode/fragments.ts';
import { ProblemCounts } from '../problems.ts';
import { captureFormat } from './format.ts';
import { PcapFraming } from './pcap.ts';
import { PcapngFraming } from './pcapng.ts';
import type { FramingState, RecordFraming, RecordSink } from './records.ts';

export interface CaptureOptions {
  /** Name of the input, for evidence. */
  readonly input: string;
  /** Also read DNS, TLS, HTTP, DHCP and banners (default true). */
  readonly application?: boolean;
  /** Where packets are written; readers that take turns may share them. */
  readonly columns?: PacketColumns;
  /** What the batches say of themselves (default 0). */
  readonly inputCode?: number;
  readonly sensor?: number;
}

/** A reader between two pieces of a capture. */
export interface CaptureState {
  readonly framing: FramingState | undefined;
  readonly rest: Uint8Array;
  /** Offset of `rest` in the capture. */
  readonly base: number;
  readonly refused: boolean;
  readonly packets: number;
  readonly cutBytes: number;
  readonly latest: Micros;
  readonly problems: Readonly<Record<string, number>>;
  readonly fragments: FragmentState | undefined;
}

const NOTHING = new Uint8Array(0);

/** A capture, given piece by piece, as packet batches. Every batch is valid until the next is asked for. */
export class CaptureReader {
  readonly problems = new ProblemCounts();
  /** Packets of a later time than this are counted and left out. */
  latestAllowed: Micros = Number.POSITIVE_INFINITY;
  readonly #options: CaptureOptions;
  readonly #columns: PacketColumns;
  readonly #decoder: PacketDecoder;
  readonly #sink: RecordSink;
  #row = 0;
  #packets = 0;
  #cutBytes = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #framing: RecordFraming | undefined;
  #rest: Uint8Array = NOTHING;
  #base = 0;
  /** It began like no capture. */
  #refused = false;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#columns = options.columns ?? new PacketColumns();
    this.#decoder = new PacketDecoder(this.#columns, this.problems);
    this.#sink = {
      packet: (time, start, captured, wire, linkType, offset) => this.#packet(time, start, captured, wire, linkType, offset),
      orphan: () => this.problems.add('unknown_interface'),
    };
  }

  /** `packets`, problems by name, `cut_bytes`: bytes at the end that make no whole record. */
  counters(): Record<string, number> {
    const cut = this.#cutBytes === 0 ? {} : { cut_bytes: this.#cutBytes };
    return { packets: this.#packets, ...cut, ...this.problems.counters() };
  }

  /** True once what follows cannot be split into records any more. */
  get damaged(): boolean {
    return this.#refused || this.#framing?.damaged === true;
  }

  async *read(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<PacketBatch> {
    for await (const chunk of chunks) yield* this.push(chunk);
    this.finish();
    if (this.#framing === undefined) this.#open(NOTHING);
  }

  /** A further capture begins: its packets are numbered on, its offsets begin at `offset`. What was left of the one before is counted. */
  begin(offset = 0): void {
    this.finish();
    this.#framing = undefined;
    this.#refused = false;
    this.#base = offset;
  }

  /** The packets that are whole with this piece. FORMAT_UNKNOWN where the capture begins like none. */
  *push(chunk: Uint8Array): Generator<PacketBatch> {
    if (this.damaged) {
      this.#cutBytes += chunk.length;
      this.#base += chunk.length;
      return;
    }
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    if (this.#framing === undefined && bytes.length < 4) {
      this.#rest = bytes;
      return;
    }
    this.#framing ??= this.#open(bytes);
    const framing = this.#framing;
    const full = (): boolean => this.#row >= BATCH_PACKETS;
    let at = 0;
    for (;;) {
      this.#row = 0;
      this.#columns.bytes = bytes;
      const next = framing.take(bytes, at, bytes.length, this.#base, this.#sink, full);
      if (this.#row > 0) yield this.#finish(this.#row);
      const more = this.#row >= BATCH_PACKETS;
      at = next;
      if (!more) break;
    }
    if (framing.damaged) {
      this.problems.add('damaged_record');
      this.#cutBytes += bytes.length - at;
      this.#rest = NOTHING;
      this.#base += bytes.length;
      return;
    }
    this.#rest = bytes.slice(at);
    this.#base += at;
  }

  /** The capture holds nothing more: what is left is no whole record. */
  finish(): void {
    this.#cutBytes += this.#rest.length;
    this.#base += this.#rest.length;
    this.#rest = NOTHING;
  }

  snapshot(): CaptureState {
    return {
      framing: this.#framing?.snapshot(),
      rest: this.#rest.slice(),
      base: this.#base,
      refused: this.#refused,
      packets: this.#packets,
      cutBytes: this.#cutBytes,
      latest: this.#latest,
      problems: this.problems.counters(),
      fragments: this.#decoder.fragments.snapshot(),
    };
  }

  restore(state: CaptureState): void {
    this.#framing = state.framing === undefined ? undefined : framingOf(state.framing);
    this.#rest = state.rest;
    this.#base = state.base;
    this.#refused = state.refused;
    this.#packets = state.packets;
    this.#cutBytes = state.cutBytes;
    this.#latest = state.latest;
    this.problems.restore(state.problems);
    this.#decoder.fragments.restore(state.fragments);
  }

  #packet(time: Micros, start: number, captured: number, wire: number, linkType: number, offset: number): void {
    if (time > this.latestAllowed) {
      this.problems.add('time_in_future');
      return;
    }
    if (time < this.#latest) this.problems.add('time_backwards');
    else if (time > this.#latest) this.#latest = time;
    const columns = this.#columns;
    const row = this.#row++;
    columns.time[row] = Number.isNaN(time) ? Math.max(this.#latest, 0) : time;
    columns.offset[row] = offset;
    columns.captured[row] = captured;
    columns.wire[row] = wire;
    if (captured < wire) this.problems.add('snapped');
    this.#decoder.decode(row, start, captured, linkType);
  }

  #finish(rows: number): PacketBatch {
    const columns = this.#columns;
    columns.input = this.#options.input;
    columns.inputCode = this.#options.inputCode ?? 0;
    columns.sensor = this.#options.sensor ?? 0;
    columns.rows = rows;
    columns.firstNumber = this.#packets + 1;
    this.#packets += rows;
    columns.application.length = 0;
    if (this.#options.application !== false) applicationEvents(columns, this.problems);
    return columns;
  }

  #open(head: Uint8Array): RecordFraming {
    const format = captureFormat(head);
    if (format === undefined) {
      this.#refused = true;
      throw new VedetteError('FORMAT_UNKNOWN', `${this.#options.input} is no pcap or pcapng capture`, {
        hint: 'give a capture written by tcpdump, dumpcap or Wireshark',
      });
    }
    return format.kind === 'pcap' ? new PcapFraming(format) : new PcapngFraming();
  }
}

function framingOf(state: FramingState): RecordFraming {
  return state.kind === 'pcap' ? new PcapFraming(state.format, state) : new PcapngFraming(state);
}

function joined(rest: Uint8Array, chunk: Uint8Array): Uint8Array {
  const whole = new Uint8Array(rest.length + chunk.length);
  whole.set(rest);
  whole.set(chunk, rest.length);
  return whole;
}
