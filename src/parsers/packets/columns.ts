import type { ApplicationEvent, PacketBatch } from '../../core/index.ts';

/** Packets of one batch at most. */
export const BATCH_PACKETS = 8192;

/** The one set of arrays a reader fills again and again. */
export class PacketColumns implements PacketBatch {
  readonly kind = 'packets';
  input = '';
  inputCode = 0;
  sensor = 0;
  rows = 0;
  firstNumber = 1;
  bytes: Uint8Array = new Uint8Array(0);
  readonly time = new Float64Array(BATCH_PACKETS);
  readonly offset = new Float64Array(BATCH_PACKETS);
  readonly captured = new Int32Array(BATCH_PACKETS);
  readonly wire = new Int32Array(BATCH_PACKETS);
  readonly etherType = new Uint16Array(BATCH_PACKETS);
  readonly version = new Uint8Array(BATCH_PACKETS);
  readonly protocol = new Uint8Array(BATCH_PACKETS);
  readonly addresses = new Int32Array(BATCH_PACKETS * 8);
  readonly sourcePort = new Uint16Array(BATCH_PACKETS);
  readonly destinationPort = new Uint16Array(BATCH_PACKETS);
  readonly tcpFlags = new Uint8Array(BATCH_PACKETS);
  readonly window = new Uint16Array(BATCH_PACKETS);
  readonly icmpType = new Uint8Array(BATCH_PACKETS);
  readonly icmpCode = new Uint8Array(BATCH_PACKETS);
  readonly fragment = new Uint8Array(BATCH_PACKETS);
  readonly headerBytes = new Int32Array(BATCH_PACKETS);
  readonly payloadBytes = new Int32Array(BATCH_PACKETS);
  readonly payloadStart = new Int32Array(BATCH_PACKETS);
  readonly payloadEnd = new Int32Array(BATCH_PACKETS);
  readonly depth = new Uint8Array(BATCH_PACKETS);
  readonly application: ApplicationEvent[] = [];

  /** Empties row `row` of everything but time, position and lengths. */
  clear(row: number): void {
    this.etherType[row] = 0;
    this.version[row] = 0;
    this.protocol[row] = 0;
    this.addresses.fill(0, row * 8, row * 8 + 8);
    this.sourcePort[row] = 0;
    this.destinationPort[row] = 0;
    this.tcpFlags[row] = 0;
    this.window[row] = 0;
    this.icmpType[row] = 0;
    this.icmpCode[row] = 0;
    this.fragment[row] = 0;
    this.headerBytes[row] = 0;
    this.payloadBytes[row] = 0;
    this.payloadStart[row] = 0;
    this.payloadEnd[row] = 0;
    this.depth[row] = 0;
  }
}
