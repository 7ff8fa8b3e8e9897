import { FRAGMENT, type PacketBatch, PROTOCOL, TCP } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { Contact } from './contacts.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import { Handshakes } from './handshakes.ts';
import type { KeptParts } from './kept.ts';
import { isMulticast } from './multicast.ts';
import { OneWay } from './one-way.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

/** UDP services whose answers are much longer than the questions. */
const AMPLIFIERS = new Set([
  17, 19, 53, 69, 111, 123, 137, 161, 389, 427, 520, 1194, 1434, 1900, 3283, 3478, 3702, 5093, 5353, 5683, 10001, 11211, 27015, 37810,
]);

/** Denial of service: what arrives at one destination. */
export class Floods {
  readonly #config: PacketWindowsConfig;
  readonly #syn: RuleWindows;
  readonly #contacts: RuleWindows;
  readonly #amplified: RuleWindows;
  readonly #synAck: RuleWindows;
  readonly #handshakes: Handshakes;
  readonly #oneWay: OneWay;
  readonly #sources: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    const rule = (name: RuleWindows['rule']): RuleWindows => new RuleWindows(name, config.floodWindow, context);
    this.#syn = rule('syn-flood');
    this.#contacts = rule('first-contact-flood');
    this.#amplified = rule('amplification');
    this.#synAck = rule('syn-ack-reflection');
    this.#handshakes = new Handshakes(context);
    this.#oneWay = new OneWay(context);
    this.#sources = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return {
      syn: this.#syn.windows,
      contacts: this.#contacts.windows,
      amplified: this.#amplified.windows,
      synAck: this.#synAck.windows,
      ...this.#handshakes.kept,
      ...this.#oneWay.kept,
      sources: this.#sources,
    };
  }

  packet(batch: PacketBatch, row: number, contact: Contact, loops: boolean): void {
    const protocol = batch.protocol[row] as number;
    if (contact.first) this.#firstContact(batch, row);
    if (protocol === PROTOCOL.tcp) this.#tcp(batch, row, contact);
    else if (protocol === PROTOCOL.udp && contact.unsolicited) this.#udp(batch, row);
    if (!loops && !isMulticast(batch, row)) this.#oneWay.packet(batch, row);
  }

  #firstContact(batch: PacketBatch, row: number): void {
    const { firstContactsPerSecond, floodWindow } = this.#config;
    const at = this.#contacts.open(batch, row, 'destination');
    const count = plus(this.#contacts.windows.values, at + WINDOW.a);
    const threshold = firstContactsPerSecond * floodWindow;
    if (count < threshold) return;
    const measures = [{ subject: 'sources seen for the first time', value: count, threshold, unit: `in ${floodWindow} s` }];
    this.#contacts.fire(batch, row, at, 'destination', measures);
  }

  #tcp(batch: PacketBatch, row: number, contact: Contact): void {
    const flags = (batch.tcpFlags[row] as number) & (TCP.syn | TCP.ack | TCP.rst);
    if (flags === TCP.syn) {
      if (!this.#request(batch, row)) this.#handshakes.request(batch, row);
    } else if (flags === TCP.ack) this.#handshakes.confirmation(batch, row);
    else if (flags === (TCP.syn | TCP.ack)) {
      const asked = this.#syn.find(batch, row, 'source');
      if (asked >= 0) plus(this.#syn.windows.values, asked + WINDOW.b);
      if (contact.unsolicited) this.#unsolicitedSynAck(batch, row);
    }
  }

  /** Whether requests from many sources are a flood. */
  #request(batch: PacketBatch, row: number): boolean {
    const { unansweredSyns, synSources, floodWindow } = this.#config;
    const at = this.#syn.open(batch, row, 'destination');
    const { values } = this.#syn.windows;
    const requests = plus(values, at + WINDOW.a);
    const print = this.#print
      .start(3)
      .add(values[at + WINDOW.id] as number)
      .address(batch.addresses, row * 8)
      .value();
    const sources = this.#sources.add(print) ? plus(values, at + WINDOW.c) : (values[at + WINDOW.c] as number);
    const unanswered = requests - (values[at + WINDOW.b] as number);
    if (unanswered < unansweredSyns || sources < synSources) return false;
    this.#syn.fire(batch, row, at, 'destination', [
      { subject: 'unanswered connection requests', value: unanswered, threshold: unansweredSyns, unit: `in ${floodWindow} s` },
      { subject: 'sources', value: sources, threshold: synSources, unit: '' },
    ]);
    return true;
  }

  #unsolicitedSynAck(batch: PacketBatch, row: number): void {
    const { unsolicitedSynAcks, floodWindow } = this.#config;
    const at = this.#synAck.open(batch, row, 'destination');
    const count = plus(this.#synAck.windows.values, at + WINDOW.a);
    if (count < unsolicitedSynAcks) return;
    const measures = [{ subject: 'unsolicited SYN-ACKs', value: count, threshold: unsolicitedSynAcks, unit: `in ${floodWindow} s` }];
    this.#synAck.fire(batch, row, at, 'destination', measures);
  }

  #udp(batch: PacketBatch, row: number): void {
    const { amplifiedBytes, floodWindow } = this.#config;
    const port = batch.sourcePort[row] as number;
    if (batch.fragment[row] === FRAGMENT.none && !AMPLIFIERS.has(port)) return;
    const at = this.#amplified.open(batch, row, 'destination');
    const bytes = plus(this.#amplified.windows.values, at + WINDOW.a, batch.payloadBytes[row] as number);
    if (bytes < amplifiedBytes) return;
    const subject = `bytes nobody asked for, from UDP ${batch.fragment[row] === FRAGMENT.none ? `port ${port}` : 'fragments'}`;
    this.#amplified.fire(batch, row, at, 'destination', [
      { subject, value: bytes, threshold: amplifiedBytes, unit: `in ${floodWindow} s` },
    ]);
  }
}
