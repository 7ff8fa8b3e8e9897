import { type PacketBatch, PROTOCOL } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { Contact } from './contacts.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { isMulticast } from './multicast.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const ECHO_REQUEST = 8;
const ECHO_REQUEST_6 = 128;
const ARP_REQUEST = 1;
const KIND = { port: 11, ping: 12, arp: 13 } as const;

/** Scans: what one source tries. */
export class Scans {
  readonly #config: PacketWindowsConfig;
  readonly #ports: RuleWindows;
  readonly #silent: RuleWindows;
  readonly #pings: RuleWindows;
  readonly #arps: RuleWindows;
  readonly #seen: SeenSet;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    const rule = (name: RuleWindows['rule']): RuleWindows => new RuleWindows(name, config.scanWindow, context);
    this.#ports = rule('port-scan');
    this.#silent = rule('silent-host-scan');
    this.#pings = rule('icmp-sweep');
    this.#arps = rule('arp-scan');
    this.#seen = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return {
      ports: this.#ports.windows,
      silent: this.#silent.windows,
      pings: this.#pings.windows,
      arps: this.#arps.windows,
      seen: this.#seen,
    };
  }

  packet(batch: PacketBatch, row: number, contact: Contact): void {
    const protocol = batch.protocol[row] as number;
    if (contact.opens) this.#port(batch, row);
    const type = batch.icmpType[row] as number;
    const pings = protocol === PROTOCOL.icmp ? type === ECHO_REQUEST : protocol === PROTOCOL.icmp6 && type === ECHO_REQUEST_6;
    if (pings) this.#ping(batch, row);
    if (contact.first && (contact.opens || pings) && !isManyHosts(batch, row)) this.#tried(batch, row);
    else if (contact.firstAnswer) this.#answered(batch, row);
  }

  arp(batch: PacketBatch, row: number): void {
    const { addresses } = batch;
    const sender = addresses[row * 8 + 3] as number;
    const target = addresses[row * 8 + 7] as number;
    if (batch.icmpType[row] !== ARP_REQUEST || sender === 0 || sender === target) return;
    const { arpTargets, scanWindow } = this.#config;
    const at = this.#arps.open(batch, row, 'source');
    const { values } = this.#arps.windows;
    const isNew = this.#seen.add(this.#inWindow(KIND.arp, values, at).add(target).value());
    const count = isNew ? plus(values, at + WINDOW.a) : (values[at + WINDOW.a] as number);
    if (!isNew || count < arpTargets) return;
    const measures = [{ subject: 'addresses asked for by ARP', value: count, threshold: arpTargets, unit: `in ${scanWindow} s` }];
    this.#arps.fire(batch, row, at, 'source', measures);
  }

  #port(batch: PacketBatch, row: number): void {
    const { scannedPorts, scanWindow } = this.#config;
    const at = this.#ports.open(batch, row, 'pair');
    const { values } = this.#ports.windows;
    const print = this.#inWindow(KIND.port, values, at).add(
      ((batch.protocol[row] as number) << 16) | (batch.destinationPort[row] as number),
    );
    if (!this.#seen.add(print.value())) return;
    const count = plus(values, at + WINDOW.a);
    if (count < scannedPorts) return;
    const measures = [{ subject: 'different ports tried', value: count, threshold: scannedPorts, unit: `in ${scanWindow} s` }];
    this.#ports.fire(batch, row, at, 'pair', measures);
  }

  #ping(batch: PacketBatch, row: number): void {
    const { pingedHosts, scanWindow } = this.#config;
    const at = this.#pings.open(batch, row, 'source');
    const { values } = this.#pings.windows;
    if (
      !this.#seen.add(
        this.#inWindow(KIND.ping, values, at)
          .address(batch.addresses, row * 8 + 4)
          .value(),
      )
    )
      return;
    const count = plus(values, at + WINDOW.a);
    if (count < pingedHosts) return;
    const measures = [{ subject: 'hosts pinged', value: count, threshold: pingedHosts, unit: `in ${scanWindow} s` }];
    this.#pings.fire(batch, row, at, 'source', measures);
  }

  /** a: hosts tried for the first time; b: of these, answered; over: since when too many are silent. */
  #tried(batch: PacketBatch, row: number): void {
    const at = this.#silent.open(batch, row, 'source');
    const { values } = this.#silent.windows;
    plus(values, at + WINDOW.a);
    this.#judgeSilence(batch, row, at);
  }

  #answered(batch: PacketBatch, row: number): void {
    const { values } = this.#silent.windows;
    const at = this.#silent.find(batch, row, 'destination');
    if (at < 0 || (values[at + WINDOW.b] as number) >= (values[at + WINDOW.a] as number)) return;
    plus(values, at + WINDOW.b);
    if (this.#silence(at) < this.#config.unansweredHosts) values[at + WINDOW.over] = 0;
  }

  #silence(at: number): number {
    const { values } = this.#silent.windows;
    return (values[at + WINDOW.a] as number) - (values[at + WINDOW.b] as number);
  }

  /** Fires once hosts had the time to answer: with the next try after it. */
  #judgeSilence(batch: PacketBatch, row: number, at: number): void {
    const { unansweredHosts, answerSeconds, scanWindow } = this.#config;
    const { values } = this.#silent.windows;
    const silent = this.#silence(at);
    if (silent < unansweredHosts) return;
    const time = batch.time[row] as number;
    if (values[at + WINDOW.over] === 0) values[at + WINDOW.over] = time;
    if (time - (values[at + WINDOW.over] as number) < answerSeconds * 1e6) return;
    const measures = [{ subject: 'hosts tried that do not answer', value: silent, threshold: unansweredHosts, unit: `in ${scanWindow} s` }];
    this.#silent.fire(batch, row, at, 'source', measures);
  }

  #inWindow(kind: number, values: Float64Array, at: number): Fingerprint {
    return this.#print.start(kind).add(values[at + WINDOW.id] as number);
  }
}

/** Multicast and broadcast, which nobody need answer; `.255` as the commonest broadcast address of a network. */
function isManyHosts(batch: PacketBatch, row: number): boolean {
  if (isMulticast(batch, row)) return true;
  const { addresses } = batch;
  const at = row * 8 + 4;
  return addresses[at] === 0 && addresses[at + 1] === 0 && addresses[at + 2] === 0xffff && ((addresses[at + 3] as number) & 255) === 255;
}
