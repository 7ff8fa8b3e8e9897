import { type ApplicationEvent, type PacketBatch, PROTOCOL, TCP } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { Latest } from './latest.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const AUTHENTICATION = new Set(['ssh', 'ftp', 'telnet', 'rdp', 'pop3', 'imap', 'mysql', 'vnc']);
/** Sizes are alike that differ by a tenth or by so many bytes; the name and the padding of a password vary. */
const ALIKE = 0.1;
const ALIKE_BYTES = 256;
/** Of ten refused logins seven are alike: matching less other ones, as the majority vote of Boyer and Moore counts them. */
const MAJORITY = 0.4;
/** Sessions and transfers within an hour that make a client known. */
const KNOWN_AFTER = 3;
const KNOWN_SECONDS = 3600;

/** A connection that a login service has greeted. */
interface Greeted {
  readonly service: string;
  readonly port: number;
  readonly start: number;
  /** Bytes of payload from the client and to it. */
  out: number;
  in: number;
}

/**
 * Brute force: connections to a login service, known by its greeting on any port, that end as refused logins do: soon, and at about
 * the same size. Others are transfers and sessions; a client that has such is known.
 */
export class Logins {
  readonly #config: PacketWindowsConfig;
  readonly #rule: RuleWindows;
  readonly #others: RuleWindows;
  /** Sessions and transfers; never fires. */
  readonly #sessions: RuleWindows;
  readonly #greeted: Latest<Greeted>;
  /** Ports that have greeted, so that no other traffic is looked up. */
  #ports: Uint8Array = new Uint8Array(65_536);
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#rule = new RuleWindows('brute-force', config.scanWindow, context);
    this.#others = new RuleWindows('many-logins', config.scanWindow, context);
    this.#sessions = new RuleWindows('many-logins', KNOWN_SECONDS, context);
    this.#greeted = new Latest(config.maxKeys);
  }

  get kept(): KeptParts {
    const ports = {
      snapshot: () => this.#ports.slice(),
      restore: (kept: Uint8Array) => {
        this.#ports = kept.slice();
      },
    };
    return {
      refusals: this.#rule.windows,
      otherLogins: this.#others.windows,
      sessions: this.#sessions.windows,
      greetings: this.#greeted,
      loginPorts: ports,
    };
  }

  /** A banner goes from the server to the client. */
  banner(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'banner' }): void {
    if (!AUTHENTICATION.has(event.service)) return;
    const { row, service } = event;
    const port = batch.sourcePort[row] as number;
    const key = this.#connection(batch, row, true);
    if (this.#greeted.get(key) !== undefined) return;
    this.#ports[port] = 1;
    this.#greeted.set(key, { service, port, start: batch.time[row] as number, out: 0, in: batch.payloadBytes[row] as number });
  }

  packet(batch: PacketBatch, row: number): void {
    if (batch.protocol[row] !== PROTOCOL.tcp) return;
    if (this.#ports[batch.destinationPort[row] as number] === 1) this.#greetedPacket(batch, row, false);
    if (this.#ports[batch.sourcePort[row] as number] === 1) this.#greetedPacket(batch, row, true);
  }

  #greetedPacket(batch: PacketBatch, row: number, fromServer: boolean): void {
    const key = this.#connection(batch, row, fromServer);
    const greeted = this.#greeted.get(key);
    if (greeted === undefined) return;
    const bytes = batch.payloadBytes[row] as number;
    if (fromServer) greeted.in += bytes;
    else greeted.out += bytes;
    if (((batch.tcpFlags[row] as number) & (TCP.fin | TCP.rst)) === 0) return;
    this.#greeted.delete(key);
    this.#ended(batch, row, fromServer, greeted);
  }

  /** a: refused logins, b: the size most have, c: how many more have it than not. */
  #ended(batch: PacketBatch, row: number, fromServer: boolean, { service, port, start, out, in: back }: Greeted): void {
    const { loginBytes, loginSeconds, logins, scanWindow } = this.#config;
    const key = fromServer ? 'reverse-pair' : 'pair';
    const seconds = ((batch.time[row] as number) - start) / 1e6;
    const others = this.#others.open(batch, row, key, port);
    const all = plus(this.#others.windows.values, others + WINDOW.a);
    const sessions = this.#sessions.open(batch, row, key, port);
    const subject = `port ${port} (${service})`;
    const known = this.#sessions.windows.values;
    if (Math.max(out, back) > loginBytes || seconds > loginSeconds) plus(known, sessions + WINDOW.a);
    else {
      const at = this.#rule.open(batch, row, key, port);
      const { values } = this.#rule.windows;
      const refused = plus(values, at + WINDOW.a);
      vote(values, at, out + back);
      const alike = (values[at + WINDOW.c] as number) >= MAJORITY * refused;
      if (refused >= logins && alike && (known[sessions + WINDOW.a] as number) < KNOWN_AFTER) {
        const measures = [
          { subject: `connections to ${service}`, value: refused, threshold: logins, unit: `in ${scanWindow} s` },
          {
            subject: 'bytes most of them have',
            value: values[at + WINDOW.b] as number,
            threshold: 0,
            unit: '',
            expected: 'different sizes',
          },
        ];
        this.#rule.fire(batch, row, at, key, measures, subject);
        return;
      }
    }
    if (all < logins) return;
    const measures = [{ subject: `connections to ${service}`, value: all, threshold: logins, unit: `in ${scanWindow} s` }];
    this.#others.fire(batch, row, others, key, measures, subject);
  }

  #connection(batch: PacketBatch, row: number, fromServer: boolean): number {
    const [client, server] = fromServer ? [row * 8 + 4, row * 8] : [row * 8, row * 8 + 4];
    const { sourcePort, destinationPort } = batch;
    const ports = fromServer
      ? ((destinationPort[row] as number) << 16) | (sourcePort[row] as number)
      : ((sourcePort[row] as number) << 16) | (destinationPort[row] as number);
    return this.#print.start(21).address(batch.addresses, client).address(batch.addresses, server).add(ports).value();
  }
}

function vote(values: Float64Array, at: number, size: number): void {
  const votes = values[at + WINDOW.c] as number;
  const most = values[at + WINDOW.b] as number;
  if (votes === 0) {
    values[at + WINDOW.b] = size;
    values[at + WINDOW.c] = 1;
  } else values[at + WINDOW.c] = votes + (Math.abs(size - most) <= Math.max(ALIKE_BYTES, ALIKE * most) ? 1 : -1);
}
