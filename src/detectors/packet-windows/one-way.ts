import { type PacketBatch, PROTOCOL, TCP, wordAt } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import { BY_UDP, type Measure } from './episodes.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const KIND = { datagrams: 31, sequence: 32, confirmed: 33 } as const;
/** Packets are looked at one by one from this share of the threshold on. */
const LOOKED_AT = 0.1;
const TCP_HEADER = 20;

/**
 * Floods of any kind, by packets that hardly anything answers. TCP that goes on where it was is a transfer seen one way; datagrams
 * between the same ports may be a service that never answers, which is a finding of its own.
 */
export class OneWay {
  readonly #config: PacketWindowsConfig;
  readonly #floods: RuleWindows;
  readonly #streams: RuleWindows;
  readonly #seen: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#floods = new RuleWindows('one-way-flood', config.floodWindow, context);
    this.#streams = new RuleWindows('one-way-stream', config.floodWindow, context);
    this.#seen = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return { oneWay: this.#floods.windows, streams: this.#streams.windows, goesOn: this.#seen };
  }

  /** a: packets, b: bytes to a host, c: bytes from it, over: packets that go on with nothing, of those looked at. */
  packet(batch: PacketBatch, row: number): void {
    const { oneWayPacketsPerSecond, oneWayRatio, floodWindow } = this.#config;
    const { values } = this.#floods.windows;
    const length = batch.wire[row] as number;
    const back = this.#floods.find(batch, row, 'source');
    if (back >= 0) plus(values, back + WINDOW.c, length);
    const at = this.#floods.open(batch, row, 'destination');
    const packets = plus(values, at + WINDOW.a);
    const bytes = plus(values, at + WINDOW.b, length);
    const threshold = oneWayPacketsPerSecond * floodWindow;
    const unlooked = threshold * LOOKED_AT;
    if (packets < unlooked) return;
    const sent = values[at + WINDOW.c] as number;
    if (bytes < oneWayRatio * Math.max(1, sent)) return;
    if (this.#goesOn(batch, row)) {
      if (batch.protocol[row] === PROTOCOL.udp) this.#stream(batch, row, threshold, sent);
      return;
    }
    const alone = plus(values, at + WINDOW.over);
    if (packets < threshold || alone < threshold - unlooked) return;
    this.#floods.fire(batch, row, at, 'destination', this.#measures(packets, threshold, bytes, sent), subjectOf(batch, row));
  }

  #stream(batch: PacketBatch, row: number, threshold: number, sent: number): void {
    const at = this.#streams.open(batch, row, 'destination');
    const { values } = this.#streams.windows;
    const packets = plus(values, at + WINDOW.a);
    const bytes = plus(values, at + WINDOW.b, batch.wire[row] as number);
    if (packets < threshold) return;
    this.#streams.fire(batch, row, at, 'destination', this.#measures(packets, threshold, bytes, sent), BY_UDP);
  }

  #measures(packets: number, threshold: number, bytes: number, sent: number): Measure[] {
    const { oneWayRatio, floodWindow } = this.#config;
    return [
      { subject: 'packets', value: packets, threshold, unit: `in ${floodWindow} s` },
      sent === 0
        ? { subject: 'bytes received, nothing sent back', value: bytes, threshold: 0, unit: '', expected: 'answers' }
        : { subject: 'bytes received for each sent', value: bytes / sent, threshold: oneWayRatio, unit: '' },
    ];
  }

  /** Whether a packet continues what came before: the next segment, a further confirmation, a datagram between the same ports. */
  #goesOn(batch: PacketBatch, row: number): boolean {
    const protocol = batch.protocol[row] as number;
    if (protocol === PROTOCOL.udp) return !this.#seen.add(this.#ends(batch, row, KIND.datagrams).value());
    const flags = (batch.tcpFlags[row] as number) & (TCP.syn | TCP.ack | TCP.rst);
    const header = (batch.payloadStart[row] as number) - (batch.headerBytes[row] as number);
    if (protocol !== PROTOCOL.tcp || flags !== TCP.ack || (batch.headerBytes[row] as number) < TCP_HEADER) return false;
    const sequence = wordAt(batch.bytes, header + 4);
    const known = this.#seen.has(this.#ends(batch, row, KIND.sequence).add(sequence).value());
    const payload = batch.payloadBytes[row] as number;
    this.#seen.add(
      this.#ends(batch, row, KIND.sequence)
        .add((sequence + payload) | 0)
        .value(),
    );
    if (payload > 0) return known;
    const confirmed = this.#ends(batch, row, KIND.confirmed)
      .add(sequence)
      .add(wordAt(batch.bytes, header + 8));
    return this.#seen.add(confirmed.value()) && known;
  }

  #ends({ addresses, sourcePort, destinationPort }: PacketBatch, row: number, kind: number): Fingerprint {
    return this.#print
      .start(kind)
      .address(addresses, row * 8)
      .address(addresses, row * 8 + 4)
      .add(((sourcePort[row] as number) << 16) | (destinationPort[row] as number));
  }
}

function subjectOf({ protocol }: PacketBatch, row: number): string {
  switch (protocol[row]) {
    case PROTOCOL.udp:
      return BY_UDP;
    case PROTOCOL.tcp:
      return 'by TCP';
    case PROTOCOL.icmp:
    case PROTOCOL.icmp6:
      return 'by ICMP';
    default:
      return '';
  }
}
