import { deserialize, serialize } from 'node:v8';
import {
  ETHERTYPE_ARP,
  FRAGMENT,
  type Micros,
  networksOf,
  type PacketBatch,
  PROTOCOL,
  type RuleDetector,
  type RuleFinding,
  type RuleInput,
} from '../../core/index.ts';
import { Claims } from './claims.ts';
import type { PacketWindowsConfig } from './config.ts';
import { Contacts } from './contacts.ts';
import type { WindowContext } from './context.ts';
import { findingOf } from './detection.ts';
import { Echoes } from './echoes.ts';
import { type EpisodeEvents, Episodes } from './episodes.ts';
import { Fingerprint } from './fingerprint.ts';
import { Floods } from './floods.ts';
import { InputNames } from './input-names.ts';
import { type KeptParts, restoreAll, snapshotOf } from './kept.ts';
import { Leases } from './leases.ts';
import { Logins } from './logins.ts';
import { Names } from './names.ts';
import { Scans } from './scans.ts';
import { Uploads } from './uploads.ts';

/**
 * Attacks that show in windows of packets, by declared rules. Each fires inside the open window, with the packet that makes
 * its condition true, and is reported again while its figures change. Memory is bounded.
 */
export class PacketWindows implements RuleDetector {
  readonly reads = ['packets'] as const;
  readonly #episodes: Episodes;
  readonly #print = new Fingerprint();
  readonly #inputs = new InputNames();
  readonly #contacts: Contacts;
  readonly #floods: Floods;
  readonly #scans: Scans;
  readonly #logins: Logins;
  readonly #names: Names;
  readonly #uploads: Uploads;
  readonly #leases: Leases;
  readonly #claims: Claims;
  readonly #echoes: Echoes;

  constructor(config: PacketWindowsConfig, events: EpisodeEvents = {}) {
    this.#episodes = new Episodes(config.maxEpisodes, events);
    const context: WindowContext = {
      config,
      episodes: this.#episodes,
      print: this.#print,
      inputs: this.#inputs,
      allowedScanners: networksOf(config.allowedScanners),
    };
    this.#contacts = new Contacts(context);
    this.#floods = new Floods(context);
    this.#scans = new Scans(context);
    this.#logins = new Logins(context);
    this.#names = new Names(context);
    this.#uploads = new Uploads(context);
    this.#leases = new Leases(context);
    this.#claims = new Claims(context);
    this.#echoes = new Echoes(context);
  }

  take(batch: RuleInput): readonly RuleFinding[] {
    if (batch.kind !== 'packets') return [];
    this.#observe(batch);
    return this.#episodes.take().map(findingOf);
  }

  advance(watermark: Micros): readonly RuleFinding[] {
    this.#scans.advance(watermark);
    this.#episodes.advance(watermark);
    return this.#episodes.take().map(findingOf);
  }

  #observe(batch: PacketBatch): void {
    const { application, time } = batch;
    this.#print.salt = batch.sensor;
    this.#inputs.note(batch);
    let event = 0;
    for (let row = 0; row < batch.rows; row++) {
      this.#scans.advance(time[row] as number);
      this.#episodes.advance(time[row] as number);
      if (batch.etherType[row] === ETHERTYPE_ARP) {
        this.#scans.arp(batch, row);
        this.#claims.arp(batch, row);
      } else if (batch.version[row] !== 0) this.#packet(batch, row);
      for (; event < application.length; event++) {
        const said = application[event] as (typeof application)[number];
        if (said.row > row) break;
        if (said.kind === 'dns') this.#names.dns(batch, said);
        else if (said.kind === 'banner') this.#logins.banner(batch, said);
        else if (said.kind === 'tls-record') this.#uploads.record(batch, said);
        else if (said.kind === 'dhcp') {
          this.#leases.dhcp(batch, said);
          this.#claims.dhcp(batch, said);
        }
      }
    }
  }

  #packet(batch: PacketBatch, row: number): void {
    const contact = this.#contacts.note(batch, row);
    const loops = isLoop(batch.addresses, row * 8);
    this.#floods.packet(batch, row, contact, loops);
    if (batch.fragment[row] === FRAGMENT.later) return;
    this.#scans.packet(batch, row, contact);
    if (batch.protocol[row] === PROTOCOL.icmp6) this.#claims.neighbour(batch, row);
    this.#logins.packet(batch, row);
    this.#echoes.packet(batch, row);
  }

  counters(): Record<string, number> {
    return { findings: this.#episodes.fired, findings_not_kept: this.#episodes.unkept, scans_allowed: this.#episodes.allowed };
  }

  get #kept(): KeptParts {
    return {
      episodes: this.#episodes,
      inputs: this.#inputs,
      ...this.#contacts.kept,
      ...this.#floods.kept,
      ...this.#scans.kept,
      ...this.#logins.kept,
      ...this.#names.kept,
      ...this.#uploads.kept,
      ...this.#leases.kept,
      ...this.#claims.kept,
      ...this.#echoes.kept,
    };
  }

  snapshot(): Uint8Array {
    return new Uint8Array(serialize(snapshotOf(this.#kept)));
  }

  restore(snapshot: Uint8Array): void {
    restoreAll(this.#kept, deserialize(snapshot) as Record<string, unknown>);
  }
}

function isLoop(addresses: Int32Array, at: number): boolean {
  for (let i = 0; i < 4; i++) if (addresses[at + i] !== addresses[at + 4 + i]) return false;
  return true;
}
