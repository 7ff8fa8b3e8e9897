import { type PacketBatch, PROTOCOL, TCP } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { Contact } from './contacts.ts';
import type { WindowContext } from './context.ts';
import { echoOf } from './echoes.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { isMulticast } from './multicast.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { Unanswered } from './unanswered.ts';
import { WINDOW } from './windows.ts';

const ARP_REQUEST = 1;
const KIND = { port: 11, ping: 12, arp: 13, probe: 14, triedPort: 15, answeredPort: 16, pair: 17, source: 18, echo: 19 } as const;
/** Silent hosts of a sweep by pings. */
const LEAST_SILENT = 3;
/** Of a slow scan, since what is in use fails now and then over hours. */
const SLOW_SHARE = 0.5;

/** Scans: what one source tries. */
export class Scans {
  readonly #config: PacketWindowsConfig;
  readonly #ports: RuleWindows;
  readonly #probes: RuleWindows;
  readonly #arps: RuleWindows;
  readonly #silent: Unanswered;
  readonly #pings: Unanswered;
  readonly #slowPorts: Unanswered;
  readonly #slowHosts: Unanswered;
  readonly #seen: SeenSet;
  /** Ports that were tried and answered over hours, and who tried more than one. */
  readonly #slow: SeenSet;
  readonly #print: Fingerprint;
  #last = Number.NEGATIVE_INFINITY;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    const rule = (name: RuleWindows['rule']): RuleWindows => new RuleWindows(name, config.scanWindow, context);
    this.#ports = rule('port-scan');
    this.#probes = rule('port-scan');
    this.#arps = rule('arp-scan');
    const { scanWindow, slowScanWindow, silentShare: share, pingedHosts, unansweredHosts, slowPorts, slowHosts } = config;
    this.#silent = new Unanswered(
      {
        ...{ rule: 'silent-host-scan', key: 'source', seconds: scanWindow, share },
        ...{ threshold: unansweredHosts, subject: 'hosts tried that do not answer' },
      },
      context,
    );
    this.#pings = new Unanswered(
      {
        ...{ rule: 'icmp-sweep', key: 'source', seconds: scanWindow, share, threshold: LEAST_SILENT, subject: 'of them silent' },
        least: { threshold: pingedHosts, subject: 'hosts pinged' },
        answered: { rule: 'answered-sweep', threshold: pingedHosts, subject: 'hosts pinged for the first time' },
      },
      context,
    );
    this.#slowPorts = new Unanswered(
      {
        ...{ rule: 'slow-port-scan', key: 'pair', seconds: slowScanWindow, share: SLOW_SHARE },
        ...{ threshold: slowPorts, subject: 'ports tried in vain' },
      },
      context,
    );
    this.#slowHosts = new Unanswered(
      {
        ...{ rule: 'slow-host-scan', key: 'source', seconds: slowScanWindow, share: SLOW_SHARE },
        ...{ threshold: slowHosts, subject: 'hosts tried in vain on one port' },
      },
      context,
    );
    this.#seen = new SeenSet(config.memory);
    this.#slow = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return {
      ports: this.#ports.windows,
      probes: this.#probes.windows,
      arps: this.#arps.windows,
      silence: this.#silent,
      sweeps: this.#pings,
      slowPorts: this.#slowPorts,
      slowHosts: this.#slowHosts,
      seen: this.#seen,
      slow: this.#slow,
    };
  }

  /** Event time has come to `now`; Infinity: nothing follows. */
  advance(now: number): void {
    const last = Number.isFinite(now) ? now : this.#last;
    this.#last = last;
    for (const rule of [this.#silent, this.#pings, this.#slowPorts, this.#slowHosts]) rule.advance(now, last);
  }

  packet(batch: PacketBatch, row: number, contact: Contact): void {
    const protocol = batch.protocol[row] as number;
    if (contact.opens) this.#port(batch, row);
    else if (protocol === PROTOCOL.tcp) this.#answer(batch, row, contact);
    else if (protocol === PROTOCOL.udp) this.#portAnswered(batch, row);
    const echo = echoOf(batch, row);
    if (echo === 'request') this.#ping(batch, row, contact.first);
    else if (echo === 'reply') this.#echo(batch, row);
    if (contact.first && (contact.opens || echo === 'request') && !isManyHosts(batch, row)) this.#host(batch, row);
    else if (contact.firstAnswer) {
      this.#silent.answered(batch, row);
      this.#slowHosts.answered(batch, row, batch.sourcePort[row]);
    }
  }

  #ping(batch: PacketBatch, row: number, first: boolean): void {
    const window = this.#pings.windowOf(batch, row, false);
    const pinged = this.#print
      .start(KIND.ping)
      .add(window)
      .address(batch.addresses, row * 8 + 4);
    if (this.#seen.add(pinged.value())) this.#pings.tried(batch, row, 0, first);
  }

  #echo(batch: PacketBatch, row: number): void {
    const window = this.#pings.windowOf(batch, row, true);
    if (window === 0) return;
    const pinged = this.#print
      .start(KIND.ping)
      .add(window)
      .address(batch.addresses, row * 8);
    if (!this.#seen.has(pinged.value())) return;
    const echoed = this.#print
      .start(KIND.echo)
      .add(window)
      .address(batch.addresses, row * 8);
    if (this.#seen.add(echoed.value())) this.#pings.answered(batch, row);
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
    this.#slowPort(batch, row);
    const at = this.#ports.open(batch, row, 'pair');
    const { values } = this.#ports.windows;
    const print = this.#inWindow(KIND.port, values, at).add(
      ((batch.protocol[row] as number) << 16) | (batch.destinationPort[row] as number),
    );
    if (!this.#seen.add(print.value())) return;
    const count = plus(values, at + WINDOW.a);
    if (count < scannedPorts) return;
    const measures = [{ subject: 'different ports tried', value: count, threshold: scannedPorts, unit: `in ${scanWindow} s` }];
    this.#ports.fire(batch, row, at, 'pair', measures, probesOf(batch, row));
  }

  /** A further port of a pair; the first opens no window, so that forged sources leave none behind. */
  #slowPort(batch: PacketBatch, row: number): void {
    if (this.#slow.add(this.#ends(batch, row, KIND.pair, false).value())) return;
    const port = this.#ends(batch, row, KIND.triedPort, false).add(batch.destinationPort[row] as number);
    if (this.#slow.add(port.value())) this.#slowPorts.tried(batch, row);
  }

  #answer(batch: PacketBatch, row: number, { known }: Contact): void {
    const flags = batch.tcpFlags[row] as number;
    if ((flags & (TCP.syn | TCP.ack)) === (TCP.syn | TCP.ack)) this.#portAnswered(batch, row);
    // A host refuses what belongs to no connection with an RST of the number that was confirmed to it; SYNs with RST and ACK.
    else if ((flags & (TCP.rst | TCP.ack)) === TCP.rst && !known) this.#refused(batch, row);
  }

  #portAnswered(batch: PacketBatch, row: number): void {
    const source = batch.sourcePort[row] as number;
    if (!this.#slow.has(this.#ends(batch, row, KIND.triedPort, true).add(source).value())) return;
    if (this.#slow.add(this.#ends(batch, row, KIND.answeredPort, true).add(source).value())) this.#slowPorts.answered(batch, row);
  }

  /** Ports that refuse a confirmation of a connection there never was. */
  #refused(batch: PacketBatch, row: number): void {
    const port = batch.sourcePort[row] as number;
    if (port > (batch.destinationPort[row] as number)) return;
    const { scannedPorts, scanWindow } = this.#config;
    const at = this.#probes.open(batch, row, 'reverse-pair');
    const { values } = this.#probes.windows;
    if (!this.#seen.add(this.#inWindow(KIND.probe, values, at).add(port).value())) return;
    const count = plus(values, at + WINDOW.a);
    if (count < scannedPorts) return;
    const measures = [{ subject: 'different ports tried', value: count, threshold: scannedPorts, unit: `in ${scanWindow} s` }];
    this.#probes.fire(batch, row, at, 'reverse-pair', measures, 'by ACK packets');
  }

  #host(batch: PacketBatch, row: number): void {
    this.#silent.tried(batch, row);
    const port = batch.destinationPort[row] as number;
    const source = this.#inEpoch(batch, row, KIND.source)
      .address(batch.addresses, row * 8)
      .add(port);
    if (!this.#slow.add(source.value())) this.#slowHosts.tried(batch, row, port);
  }

  /** Both ends, from who tries to what is tried. */
  #ends(batch: PacketBatch, row: number, kind: number, reverse: boolean): Fingerprint {
    const at = row * 8;
    return this.#inEpoch(batch, row, kind)
      .address(batch.addresses, reverse ? at + 4 : at)
      .address(batch.addresses, reverse ? at : at + 4)
      .add(batch.protocol[row] as number);
  }

  #inEpoch(batch: PacketBatch, row: number, kind: number): Fingerprint {
    return this.#print.start(kind).add(Math.floor((batch.time[row] as number) / (this.#config.slowScanWindow * 1e6)));
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

/** What a scan is made of where that is no ordinary request: packets that no connection begins with. */
function probesOf({ protocol, tcpFlags }: PacketBatch, row: number): string {
  if (protocol[row] !== PROTOCOL.tcp) return '';
  const flags = (tcpFlags[row] as number) & 0x3f;
  if (flags === 0) return 'by NULL packets';
  if (flags === TCP.fin) return 'by FIN packets';
  return flags === (TCP.fin | TCP.psh | TCP.urg) ? 'by XMAS packets' : '';
}
