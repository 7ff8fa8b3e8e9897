import { type Detection, ETHERTYPE_ARP, FRAGMENT, type Lineage, type PacketBatch } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import { Contacts } from './contacts.ts';
import { detectionOf } from './detection.ts';
import { distinctEpisodes, type Episode, Episodes } from './episodes.ts';
import { Floods } from './floods.ts';
import { Leases } from './leases.ts';
import { Logins } from './logins.ts';
import { Names } from './names.ts';
import { Scans } from './scans.ts';
import { Uploads } from './uploads.ts';

/** Early word of a condition: its episode goes on changing until it ends. */
export type OnFire = (episode: Episode) => void;

/**
 * Attacks that show in windows of packets, by declared rules. Each fires inside the open window, with the packet that makes
 * its condition true; `detections` gives every finding with the figures of its worst window. Memory is bounded.
 */
export class PacketWindows {
  readonly #episodes: Episodes;
  readonly #contacts: Contacts;
  readonly #floods: Floods;
  readonly #scans: Scans;
  readonly #logins: Logins;
  readonly #names: Names;
  readonly #uploads: Uploads;
  readonly #leases: Leases;

  constructor(config: PacketWindowsConfig, onFire: OnFire = () => undefined) {
    const episodes = new Episodes(config.maxEpisodes, onFire);
    this.#episodes = episodes;
    this.#contacts = new Contacts(config.memory);
    this.#floods = new Floods(config, episodes);
    this.#scans = new Scans(config, episodes);
    this.#logins = new Logins(config, episodes);
    this.#names = new Names(config, episodes);
    this.#uploads = new Uploads(config, episodes);
    this.#leases = new Leases(config, episodes);
  }

  observe(batch: PacketBatch): void {
    const { application } = batch;
    let event = 0;
    for (let row = 0; row < batch.rows; row++) {
      if (batch.etherType[row] === ETHERTYPE_ARP) this.#scans.arp(batch, row);
      else if (batch.version[row] !== 0) this.#packet(batch, row);
      for (; event < application.length; event++) {
        const said = application[event] as (typeof application)[number];
        if (said.row > row) break;
        if (said.kind === 'dns') this.#names.dns(batch, said);
        else if (said.kind === 'banner') this.#logins.banner(batch, said);
        else if (said.kind === 'tls-record') this.#uploads.record(batch, said);
        else if (said.kind === 'dhcp') this.#leases.dhcp(batch, said);
      }
    }
  }

  #packet(batch: PacketBatch, row: number): void {
    const contact = this.#contacts.note(batch, row);
    const loops = isLoop(batch.addresses, row * 8);
    this.#floods.packet(batch, row, contact, loops);
    if (batch.fragment[row] !== FRAGMENT.later) this.#scans.packet(batch, row, contact);
  }

  /** All findings so far, in the order they fired; of two that say the same, the more exact. */
  detections(source: string, lineage: Lineage): Detection[] {
    return distinctEpisodes(this.#episodes.list).map((episode) => detectionOf(episode, source, lineage));
  }

  counters(): Record<string, number> {
    return { findings: this.#episodes.list.length, findings_not_kept: this.#episodes.unkept };
  }
}

function isLoop(addresses: Int32Array, at: number): boolean {
  for (let i = 0; i < 4; i++) if (addresses[at + i] !== addresses[at + 4 + i]) return false;
  return true;
}
