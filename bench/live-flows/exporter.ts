import { createSocket } from 'node:dgram';
import { seededRandom } from '../../src/core/index.ts';
import { ordinaryFlow } from './ordinary-flow.ts';

const HEADER_BYTES = 24;
const RECORD_BYTES = 48;
const MOST_RECORDS = 30;

interface Record5 {
  readonly from: number;
  readonly to: number;
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  readonly millis: number;
}

/** Ports of a scan, the last of which makes the rule true; its first flow is what the classifier names. */
const PORTS = 20;

/** A router that sends NetFlow 5: web flows of 400 clients to 40 servers, and scans. */
export class Exporter {
  readonly #socket = createSocket('udp4');
  readonly #port: number;
  readonly #random = seededRandom(3);
  readonly #booted = Date.now() - 60_000;
  sent = 0;
  #next = 0;

  constructor(port: number) {
    this.#port = port;
  }

  ordinary(count: number): void {
    for (let left = count; left > 0; left -= MOST_RECORDS) {
      this.#send(
        Array.from({ length: Math.min(left, MOST_RECORDS) }, () => {
          const client = this.#next++ % 400;
          return { from: 0x0a010000 | client, to: 0x0a020000 | (client % 40), port: 443, ...ordinaryFlow(this.#random) };
        }),
      );
    }
  }

  scan(number: number): void {
    const from = 0x0a630000 | number;
    this.#send(
      Array.from({ length: PORTS }, (_, i) => ({ from, to: 0x0a020000 | (number % 40), port: 1 + i, packets: 1, bytes: 40, millis: 0 })),
    );
  }

  #send(records: readonly Record5[]): void {
    const now = Date.now();
    const up = now - this.#booted;
    const bytes = Buffer.alloc(HEADER_BYTES + records.length * RECORD_BYTES);
    bytes.writeUInt16BE(5, 0);
    bytes.writeUInt16BE(records.length, 2);
    bytes.writeUInt32BE(up, 4);
    bytes.writeUInt32BE(Math.floor(now / 1000), 8);
    bytes.writeUInt32BE((now % 1000) * 1e6, 12);
    bytes.writeUInt32BE(this.sent, 16);
    this.sent += records.length;
    for (const [i, { from, to, port, packets, bytes: octets, millis }] of records.entries()) {
      const at = HEADER_BYTES + i * RECORD_BYTES;
      bytes.writeUInt32BE(from, at);
      bytes.writeUInt32BE(to, at + 4);
      bytes.writeUInt32BE(packets, at + 16);
      bytes.writeUInt32BE(octets, at + 20);
      bytes.writeUInt32BE(up - millis, at + 24);
      bytes.writeUInt32BE(up, at + 28);
      bytes.writeUInt16BE(20_000 + (i % 1000), at + 32);
      bytes.writeUInt16BE(port, at + 34);
      bytes.writeUInt8(6, at + 38);
    }
    this.#socket.send(bytes, this.#port, '127.0.0.1');
  }
}
