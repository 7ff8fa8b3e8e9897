import { type PacketBatch, PROTOCOL, TCP } from '../../core/index.ts';
import { SeenSet } from '../../ml/sketches/seen-set.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';

const KIND = { contact: 1, connection: 2 } as const;

/** How a packet stands to those before it. */
export interface Contact {
  /** First packet between these two hosts in either direction. */
  first: boolean;
  /** First from this source to this destination; the other direction was there before: an answer. */
  firstAnswer: boolean;
  /** The destination has sent nothing to the source so far. */
  unsolicited: boolean;
  /** First packet of a connection that its source begins. */
  opens: boolean;
  /** Of what is refused (RST): the connection was begun by the other side. */
  known: boolean;
}

/** Remembers who has talked to whom. */
export class Contacts {
  readonly contact: Contact = { first: false, firstAnswer: false, unsolicited: false, opens: false, known: false };
  readonly #pairs: SeenSet;
  readonly #connections: SeenSet;
  readonly #print: Fingerprint;

  constructor({ config, print }: WindowContext) {
    this.#print = print;
    this.#pairs = new SeenSet(config.memory);
    this.#connections = new SeenSet(config.memory);
  }

  get kept(): KeptParts {
    return { pairs: this.#pairs, connections: this.#connections };
  }

  /** Fills `contact` for row `row` and remembers it. */
  note(batch: PacketBatch, row: number): Contact {
    const { addresses } = batch;
    const at = row * 8;
    const there = this.#print
      .start(KIND.contact)
      .address(addresses, at)
      .address(addresses, at + 4)
      .value();
    const back = this.#print
      .start(KIND.contact)
      .address(addresses, at + 4)
      .address(addresses, at)
      .value();
    const answered = this.#pairs.has(back);
    const isNew = this.#pairs.add(there);
    const { contact } = this;
    contact.first = isNew && !answered;
    contact.firstAnswer = isNew && answered;
    contact.unsolicited = !answered;
    contact.opens = this.#opens(batch, row);
    contact.known = this.#isKnown(batch, row);
    return contact;
  }

  #opens(batch: PacketBatch, row: number): boolean {
    const protocol = batch.protocol[row] as number;
    const source = batch.sourcePort[row] as number;
    const destination = batch.destinationPort[row] as number;
    if (protocol === PROTOCOL.tcp) {
      // SYN alone, or what scanners send instead: no flag, FIN, or FIN, PSH and URG. ACK and RST belong to something older.
      if (((batch.tcpFlags[row] as number) & (TCP.ack | TCP.rst)) !== 0) return false;
    } else if (protocol === PROTOCOL.udp) {
      if (source < 1024 && destination >= 1024) return false;
    } else return false;
    const at = row * 8;
    const back = this.#connection(batch, at + 4, at, destination, source, protocol);
    if (this.#connections.has(back)) return false;
    return this.#connections.add(this.#connection(batch, at, at + 4, source, destination, protocol));
  }

  #isKnown(batch: PacketBatch, row: number): boolean {
    if (batch.protocol[row] !== PROTOCOL.tcp || ((batch.tcpFlags[row] as number) & TCP.rst) === 0) return false;
    const [source, destination] = [batch.sourcePort[row] as number, batch.destinationPort[row] as number];
    return this.#connections.has(this.#connection(batch, row * 8 + 4, row * 8, destination, source, PROTOCOL.tcp));
  }

  #connection({ addresses }: PacketBatch, from: number, to: number, source: number, destination: number, protocol: number): number {
    const print = this.#print.start(KIND.connection).address(addresses, from).address(addresses, to);
    return print
      .add((source << 16) | destination)
      .add(protocol)
      .value();
  }
}
