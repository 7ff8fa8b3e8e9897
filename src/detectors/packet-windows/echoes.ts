import { type PacketBatch, PROTOCOL } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { isMulticast } from './multicast.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const ECHO = { request: 8, reply: 0, request6: 128, reply6: 129 } as const;

/** Whether a packet is a ping, and which half of it. */
export function echoOf({ protocol, icmpType }: PacketBatch, row: number): 'request' | 'reply' | undefined {
  const four = protocol[row] === PROTOCOL.icmp;
  if (!four && protocol[row] !== PROTOCOL.icmp6) return undefined;
  const type = icmpType[row];
  if (type === (four ? ECHO.request : ECHO.request6)) return 'request';
  return type === (four ? ECHO.reply : ECHO.reply6) ? 'reply' : undefined;
}

/** Programs that ping put a time, a number or an identifier first; the rest repeats. */
const OWN_BYTES = 24;
/** Bytes that tell contents apart. */
const LOOKED_AT = 64;
const KIND = 61;
/** Shortest content of a ping that counts, on average. */
const LEAST_CONTENT = 16;

/** Tunnels in pings: contents that change, where a ping repeats the same bytes and its answer is the same again. */
export class Echoes {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #seen: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#rule = new RuleWindows('icmp-tunnel', config.scanWindow, context);
    this.#seen = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return { echoes: this.#rule.windows, contents: this.#seen };
  }

  packet(batch: PacketBatch, row: number): void {
    const echo = echoOf(batch, row);
    if (echo === undefined) return;
    const start = (batch.payloadStart[row] as number) + OWN_BYTES;
    const end = Math.min(batch.payloadEnd[row] as number, start + LOOKED_AT);
    if (end <= start || isMulticast(batch, row)) return;
    const key = echo === 'request' ? 'pair' : 'reverse-pair';
    const at = this.#rule.open(batch, row, key);
    const { values } = this.#rule.windows;
    const length = (batch.payloadBytes[row] as number) - OWN_BYTES;
    const print = this.#print
      .start(KIND)
      .add(values[at + WINDOW.id] as number)
      .add(length);
    for (let i = start; i < end; i++) print.add(batch.bytes[i] as number);
    if (!this.#seen.add(print.value())) return;
    const { tunnelBytes, tunnelContents, scanWindow } = this.#config;
    const contents = plus(values, at + WINDOW.b);
    const bytes = plus(values, at + WINDOW.a, length);
    if (bytes < tunnelBytes || contents < tunnelContents || bytes < contents * LEAST_CONTENT) return;
    const measures = [
      { subject: 'bytes of different contents of pings', value: bytes, threshold: tunnelBytes, unit: `in ${scanWindow} s` },
      { subject: 'different contents', value: contents, threshold: tunnelContents, unit: `in ${scanWindow} s` },
    ];
    this.#rule.fire(batch, row, at, key, measures);
  }
}
