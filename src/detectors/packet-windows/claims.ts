import { type ApplicationEvent, addressText, hardwareText, ipv4Text, type PacketBatch, wordAt } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { WindowContext } from './context.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KeptParts } from './kept.ts';
import { Latest } from './latest.ts';
import { plus, RuleWindows } from './rule-windows.ts';
import { WINDOW } from './windows.ts';

const KIND = { claim: 51, question: 52, exchange: 53, network: 54, hardware: 55, neighbour: 56 } as const;
const ARP = { request: 1, reply: 2 } as const;
/** Messages of IPv6 neighbour discovery and the option of each that names the card (RFC 4861). */
const NEIGHBOUR = { solicitation: 135, advertisement: 136 } as const;
const CARD_OPTION = { [NEIGHBOUR.solicitation]: 1, [NEIGHBOUR.advertisement]: 2 } as const;
/** Of an advertisement: what is known is to be replaced. Proxies and addresses of several hosts leave it out. */
const OVERRIDE = 0x20;
const OFFER = 2;
const ACKNOWLEDGEMENT = 5;
/** An address that was silent for so long may have been given to another host. */
const HELD = 600e6;
const ANSWERED_WITHIN = 10e6;
/** Of routers that share an address (VRRP, HSRP, GLBP), by the first bytes. */
const SHARED = ['00:00:5e:00:01', '00:00:5e:00:02', '00:00:0c:07:ac', '00:00:0c:9f:f', '00:07:b4:00'];

interface Claim {
  readonly hardware: string;
  readonly time: number;
}

interface Offer {
  readonly server: number;
  readonly router: number;
  readonly nameServers: readonly number[];
  readonly time: number;
}

/** Who says he is whom: addresses claimed by several network cards, answers nobody asked for, servers that offer other routers. */
export class Claims {
  readonly #config: PacketWindowsConfig;
  readonly #spoofed: RuleWindows;
  readonly #neighbours: RuleWindows;
  readonly #replies: RuleWindows;
  readonly #rogues: RuleWindows;
  readonly #owners: Latest<Claim>;
  readonly #questions: Latest<number>;
  readonly #offers: Latest<Offer>;
  readonly #print: Fingerprint;

  constructor(context: WindowContext) {
    const { config } = context;
    this.#config = config;
    this.#print = context.print;
    this.#spoofed = new RuleWindows('arp-spoofing', config.claimWindow, context);
    this.#neighbours = new RuleWindows('neighbour-spoofing', config.claimWindow, context);
    this.#replies = new RuleWindows('arp-replies', config.scanWindow, context);
    this.#rogues = new RuleWindows('rogue-dhcp', config.claimWindow, context);
    this.#owners = new Latest(config.maxKeys);
    this.#questions = new Latest(config.maxKeys);
    this.#offers = new Latest(config.maxKeys);
  }

  get kept(): KeptParts {
    return {
      spoofed: this.#spoofed.windows,
      neighbours: this.#neighbours.windows,
      replies: this.#replies.windows,
      rogues: this.#rogues.windows,
      owners: this.#owners,
      questions: this.#questions,
      offers: this.#offers,
    };
  }

  arp(batch: PacketBatch, row: number): void {
    const { addresses, bytes, icmpType } = batch;
    const start = batch.payloadStart[row] as number;
    const sender = addresses[row * 8 + 3] as number;
    // A sender without an address asks whether one is free.
    if (start === 0 || sender === 0) return;
    const target = addresses[row * 8 + 7] as number;
    const time = batch.time[row] as number;
    const hardware = hardwareText(bytes, start + 8);
    const key = this.#print
      .start(KIND.claim)
      .address(addresses, row * 8)
      .value();
    const claim = this.#claim(key, hardware, time);
    if (claim !== undefined) this.#changed(this.#spoofed, batch, row, this.#spoofed.open(batch, row, 'source'), claim);
    if (icmpType[row] === ARP.request) this.#questions.set(this.#pair(sender, target), time);
    else if (icmpType[row] === ARP.reply) this.#reply(batch, row, hardware, this.#pair(target, sender), time);
  }

  /** A neighbour solicitation or advertisement: who sends it says which card its address belongs to. */
  neighbour(batch: PacketBatch, row: number): void {
    const { addresses, bytes, icmpType } = batch;
    const type = icmpType[row] as number;
    const start = batch.payloadStart[row] as number;
    const end = batch.payloadEnd[row] as number;
    if ((type !== NEIGHBOUR.solicitation && type !== NEIGHBOUR.advertisement) || end - start < 16) return;
    const advertises = type === NEIGHBOUR.advertisement;
    if (advertises && ((bytes[start - 4] as number) & OVERRIDE) === 0) return;
    const card = cardAt(bytes, start + 16, end, CARD_OPTION[type]);
    const claimed = Int32Array.from({ length: 4 }, (_, i) =>
      advertises ? wordAt(bytes, start + 4 * i) : (addresses[row * 8 + i] as number),
    );
    // Who has no address yet asks whether one is free.
    if (card === undefined || claimed.every((word) => word === 0)) return;
    const key = this.#print.start(KIND.neighbour).address(claimed, 0).value();
    const claim = this.#claim(key, card, batch.time[row] as number);
    if (claim === undefined) return;
    const at = this.#neighbours.open(batch, row, 'hardware', key);
    const own = [0, 1, 2, 3].every((i) => claimed[i] === addresses[row * 8 + i]);
    this.#changed(this.#neighbours, batch, row, at, own ? claim : `${addressText(claimed, 0)} ${claim}`);
  }

  /** Who claims an address by turns; undefined where that is nobody else. */
  #claim(key: number, hardware: string, time: number): string | undefined {
    const owner = this.#owners.get(key);
    this.#owners.set(key, { hardware, time });
    if (owner === undefined || owner.hardware === hardware || time - owner.time > HELD) return undefined;
    if (isShared(owner.hardware) || isShared(hardware)) return undefined;
    return `claimed by ${[owner.hardware, hardware].sort().join(' and ')}`;
  }

  #changed(windows: RuleWindows, batch: PacketBatch, row: number, at: number, subject: string): void {
    const { arpChanges, claimWindow } = this.#config;
    const changes = plus(windows.windows.values, at + WINDOW.a);
    if (changes < arpChanges) return;
    const measures = [{ subject: 'changes of the network card', value: changes, threshold: arpChanges, unit: `in ${claimWindow} s` }];
    windows.fire(batch, row, at, windows === this.#spoofed ? 'source' : 'hardware', measures, subject);
  }

  #reply(batch: PacketBatch, row: number, hardware: string, question: number, time: number): void {
    const asked = this.#questions.get(question);
    if (asked !== undefined && time - asked <= ANSWERED_WITHIN) {
      this.#questions.delete(question);
      return;
    }
    const { arpReplies, scanWindow } = this.#config;
    const print = this.#print.start(KIND.hardware).text(hardware).value();
    const at = this.#replies.open(batch, row, 'hardware', print);
    const count = plus(this.#replies.windows.values, at + WINDOW.a);
    if (count < arpReplies) return;
    const measures = [{ subject: 'answers nobody asked for', value: count, threshold: arpReplies, unit: `in ${scanWindow} s` }];
    this.#replies.fire(batch, row, at, 'hardware', measures, `by ${hardware}`);
  }

  dhcp(batch: PacketBatch, event: ApplicationEvent & { readonly kind: 'dhcp' }): void {
    const { message, transaction, client, lease, mask, server, router, nameServers, row } = event;
    if ((message !== OFFER && message !== ACKNOWLEDGEMENT) || server === 0 || lease === 0) return;
    const time = batch.time[row] as number;
    const offer: Offer = { server, router, nameServers, time };
    const exchange = this.#print.start(KIND.exchange).add(transaction).text(client).value();
    const keys = [exchange];
    if (mask !== 0) {
      const network = this.#print
        .start(KIND.network)
        .add(lease & mask)
        .add(mask)
        .value();
      keys.push(network);
    }
    let other: Offer | undefined;
    for (const key of keys) {
      const known = this.#offers.get(key);
      if (known !== undefined && time - known.time <= HELD && contradicts(known, offer)) other ??= known;
      this.#offers.set(key, offer);
    }
    if (other === undefined) return;
    const { rogueOffers, claimWindow } = this.#config;
    const pair = [other.server, server].map(ipv4Text).sort().join(' and ');
    const at = this.#rogues.open(batch, row, 'hardware', this.#print.start(KIND.hardware).text(pair).value());
    const count = plus(this.#rogues.windows.values, at + WINDOW.a);
    if (count < rogueOffers) return;
    const measures = [
      { subject: 'offers that contradict those of another server', value: count, threshold: rogueOffers, unit: `in ${claimWindow} s` },
    ];
    this.#rogues.fire(batch, row, at, 'hardware', measures, `servers ${pair}`);
  }

  #pair(from: number, to: number): number {
    return this.#print.start(KIND.question).add(from).add(to).value();
  }
}

/** The card that an option of `kind` names; options are 8 bytes or a multiple, each with its own length. */
function cardAt(bytes: Uint8Array, from: number, end: number, kind: number): string | undefined {
  for (let at = from; at + 8 <= end; ) {
    if (bytes[at] === kind) return hardwareText(bytes, at + 2);
    const length = (bytes[at + 1] as number) * 8;
    if (length === 0) return undefined;
    at += length;
  }
  return undefined;
}

/** Another server that sends clients elsewhere: to another router, or to name servers of which the first names none. */
function contradicts(known: Offer, offer: Offer): boolean {
  if (known.server === offer.server) return false;
  if (known.router !== 0 && offer.router !== 0 && known.router !== offer.router) return true;
  const { nameServers } = known;
  return nameServers.length > 0 && offer.nameServers.length > 0 && !offer.nameServers.some((one) => nameServers.includes(one));
}

function isShared(hardware: string): boolean {
  return SHARED.some((prefix) => hardware.startsWith(prefix));
}
