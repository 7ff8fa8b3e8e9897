import { DictBuilder, type EventBatch } from '../../core/index.ts';
import { type ExportedAddress, type ExportedFlow, stateOf } from './exported-flow.ts';

/** Flows of one datagram, and its place in the input. */
export interface ReadDatagram {
  readonly flows: readonly ExportedFlow[];
  readonly format: string;
  readonly offset: number;
  readonly line: number;
  readonly length: number;
}

/** Flows of one exporter as a batch of kind `flow`, each at the place of its datagram; undefined where there is none. */
export function flowBatch(datagrams: readonly ReadDatagram[], source: string, input: string, exporter: string): EventBatch | undefined {
  const rows = datagrams.reduce((sum, { flows }) => sum + flows.length, 0);
  if (rows === 0) return undefined;
  const numbers = () => new Float64Array(rows);
  const wholes = () => new Int32Array(rows);
  const origin = { input, offset: numbers(), line: numbers(), length: wholes() };
  const columns = {
    time: numbers(),
    sourceAddress: new Uint8Array(16 * rows),
    sourcePort: wholes(),
    destinationAddress: new Uint8Array(16 * rows),
    destinationPort: wholes(),
    protocol: wholes(),
    durationMicros: numbers(),
    forwardBytes: numbers(),
    backwardBytes: numbers(),
    forwardPackets: numbers(),
    backwardPackets: numbers(),
  };
  const states = new DictBuilder();
  const state = wholes();
  const attributes = new AttributeTexts(rows, exporter);
  let row = 0;
  for (const { flows, format, offset, line, length } of datagrams) {
    for (const flow of flows) {
      const sampling = flow.sampling ?? 1;
      origin.offset[row] = offset;
      origin.line[row] = line;
      origin.length[row] = length;
      columns.time[row] = flow.time;
      writeAddress(flow.sourceAddress, columns.sourceAddress, 16 * row);
      columns.sourcePort[row] = flow.sourcePort ?? -1;
      writeAddress(flow.destinationAddress, columns.destinationAddress, 16 * row);
      columns.destinationPort[row] = flow.destinationPort ?? -1;
      columns.protocol[row] = flow.protocol ?? -1;
      columns.durationMicros[row] = Math.max(0, flow.durationMicros);
      columns.forwardBytes[row] = (flow.forwardBytes ?? Number.NaN) * sampling;
      columns.backwardBytes[row] = (flow.backwardBytes ?? 0) * sampling;
      columns.forwardPackets[row] = (flow.forwardPackets ?? Number.NaN) * sampling;
      columns.backwardPackets[row] = (flow.backwardPackets ?? 0) * sampling;
      const ended = stateOf(flow);
      state[row] = ended === undefined ? -1 : states.code(ended);
      attributes.set(row, flow, format, sampling);
      row++;
    }
  }
  return {
    kind: 'flow',
    rows,
    source,
    origin,
    columns: { ...columns, state: states.finish(state), attributes: attributes.finish() },
  };
}

/** IPv4 as ::ffff:a.b.c.d; none leaves the 16 zero bytes. */
function writeAddress(address: ExportedAddress | undefined, out: Uint8Array, at: number): void {
  if (address === undefined) return;
  if (typeof address === 'object') {
    out.set(address, at);
    return;
  }
  out[at + 10] = 255;
  out[at + 11] = 255;
  out[at + 12] = address >>> 24;
  out[at + 13] = address >>> 16;
  out[at + 14] = address >>> 8;
  out[at + 15] = address;
}

/** What has no column, as JSON; rows that say the same share its bytes. */
class AttributeTexts {
  private readonly exporter: string;
  private readonly known = new Map<string, { readonly start: number; readonly end: number }>();
  private readonly texts: string[] = [];
  private readonly start: Int32Array;
  private readonly end: Int32Array;
  private length = 0;

  constructor(rows: number, exporter: string) {
    this.exporter = exporter;
    this.start = new Int32Array(rows);
    this.end = new Int32Array(rows);
  }

  set(row: number, { tcpFlags, inputInterface, outputInterface, clockOffMicros }: ExportedFlow, format: string, sampling: number): void {
    const clockOffSeconds = clockOffMicros === undefined ? undefined : Math.round(clockOffMicros / 1e6);
    const key = `${format} ${tcpFlags} ${inputInterface} ${outputInterface} ${sampling} ${clockOffSeconds}`;
    let span = this.known.get(key);
    if (span === undefined) {
      const text = JSON.stringify({
        exporter: this.exporter,
        format,
        tcpFlags,
        inputInterface,
        outputInterface,
        ...(sampling > 1 ? { sampling } : {}),
        clockOffSeconds,
      });
      const start = this.length;
      this.texts.push(text);
      this.length += Buffer.byteLength(text);
      span = { start, end: this.length };
      this.known.set(key, span);
    }
    this.start[row] = span.start;
    this.end[row] = span.end;
  }

  finish() {
    return { bytes: new TextEncoder().encode(this.texts.join('')), start: this.start, end: this.end };
  }
}
