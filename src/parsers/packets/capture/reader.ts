import { type PacketBatch, VedetteError } from '../../../core/index.ts';
import { applicationEvents } from '../application/index.ts';
import { BATCH_PACKETS, PacketColumns } from '../columns.ts';
import { PacketDecoder } from '../decode/decoder.ts';
import { ProblemCounts } from '../problems.ts';
import { captureFormat } from './format.ts';
import { PcapFraming } from './pcap.ts';
import { PcapngFraming } from './pcapng.ts';
import type { RecordFraming, RecordSink } from './records.ts';

export interface CaptureOptions {
  /** Name of the input, for evidence. */
  readonly input: string;
  /** Also read DNS, TLS, HTTP, DHCP and banners (default true). */
  readonly application?: boolean;
}

/** A capture as packet batches. Every batch is valid until the next is asked for. */
export class CaptureReader {
  readonly problems = new ProblemCounts();
  #packets = 0;
  #cutBytes = 0;
  readonly #options: CaptureOptions;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  /** `packets`, problems by name, `cut_bytes`: bytes at the end that make no whole record. */
  counters(): Record<string, number> {
    const cut = this.#cutBytes === 0 ? {} : { cut_bytes: this.#cutBytes };
    return { packets: this.#packets, ...cut, ...this.problems.counters() };
  }

  async *read(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<PacketBatch> {
    const columns = new PacketColumns(this.#options.input);
    const decoder = new PacketDecoder(columns, this.problems);
    let row = 0;
    let latest = Number.NEGATIVE_INFINITY;
    const full = (): boolean => row >= BATCH_PACKETS;
    const sink: RecordSink = {
      packet: (time, start, captured, wire, linkType, offset) => {
        if (time < latest) this.problems.add('time_backwards');
        else if (time > latest) latest = time;
        columns.time[row] = Number.isNaN(time) ? Math.max(latest, 0) : time;
        columns.offset[row] = offset;
        columns.captured[row] = captured;
        columns.wire[row] = wire;
        if (captured < wire) this.problems.add('snapped');
        decoder.decode(row, start, captured, linkType);
        row++;
      },
      orphan: () => this.problems.add('unknown_interface'),
    };
    let framing: RecordFraming | undefined;
    let rest: Uint8Array = new Uint8Array(0);
    let base = 0;
    let damaged = false;
    for await (const chunk of chunks) {
      const bytes = rest.length === 0 ? chunk : joined(rest, chunk);
      if (damaged) {
        this.#cutBytes += chunk.length;
        continue;
      }
      if (framing === undefined && bytes.length < 4) {
        rest = bytes;
        continue;
      }
      framing ??= this.#framing(bytes);
      let at = 0;
      columns.bytes = bytes;
      for (;;) {
        row = 0;
        const next = framing.take(bytes, at, bytes.length, base, sink, full);
        if (row > 0) yield this.#finish(columns, row);
        at = next;
        if (row < BATCH_PACKETS) break;
      }
      if (framing.damaged) {
        damaged = true;
        this.problems.add('damaged_record');
        this.#cutBytes += bytes.length - at;
      }
      rest = damaged ? new Uint8Array(0) : bytes.slice(at);
      base += at;
    }
    if (framing === undefined) this.#framing(rest);
    this.#cutBytes += rest.length;
  }

  #finish(columns: PacketColumns, rows: number): PacketBatch {
    columns.rows = rows;
    columns.firstNumber = this.#packets + 1;
    this.#packets += rows;
    columns.application.length = 0;
    if (this.#options.application !== false) applicationEvents(columns, this.problems);
    return columns;
  }

  #framing(head: Uint8Array): RecordFraming {
    const format = captureFormat(head);
    if (format === undefined) {
      throw new VedetteError('FORMAT_UNKNOWN', `${this.#options.input} is no pcap or pcapng capture`, {
        hint: 'give a capture written by tcpdump, dumpcap or Wireshark',
      });
    }
    return format.kind === 'pcap' ? new PcapFraming(format) : new PcapngFraming();
  }
}

function joined(rest: Uint8Array, chunk: Uint8Array): Uint8Array {
  const whole = new Uint8Array(rest.length + chunk.length);
  whole.set(rest);
  whole.set(chunk, rest.length);
  return whole;
}
