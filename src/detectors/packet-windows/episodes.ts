import type { EvidenceLine } from '../../core/index.ts';
import { RULES, type RuleName } from './rules.ts';

/** One thing that was measured against its threshold. */
export interface Measure {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  /** Set where less than the threshold is what stands out. */
  readonly below?: boolean;
}

/** A condition that held in one window or several that follow one another. */
export interface Episode {
  readonly rule: RuleName;
  readonly source: string;
  readonly destination: string;
  /** What else the key holds: port and service, registered domain. */
  readonly subject: string;
  readonly start: number;
  /** When the condition was first true. */
  readonly firedAt: number;
  end: number;
  /** Of the window in which the first measure was largest. */
  measures: readonly Measure[];
  readonly evidence: EvidenceLine[];
  lastPacket: number;
  windows: number;
}

const MOST_EVIDENCE = 20;

/** Open and finished findings, in the order they fired. */
export class Episodes {
  readonly list: Episode[] = [];
  unkept = 0;
  readonly #most: number;
  readonly #onFire: (episode: Episode) => void;

  constructor(most: number, onFire: (episode: Episode) => void) {
    this.#most = most;
    this.#onFire = onFire;
  }

  /** Number of the new episode, from 1; 0 when no more are kept. */
  open(episode: Episode): number {
    if (this.list.length >= this.#most) {
      this.unkept++;
      return 0;
    }
    this.list.push(episode);
    this.#onFire(episode);
    return this.list.length;
  }

  extend(number: number, measures: readonly Measure[], line: EvidenceLine, newWindow: boolean): void {
    const episode = this.list[number - 1];
    if (episode === undefined) return;
    episode.end = Math.max(episode.end, line.time ?? episode.end);
    episode.lastPacket = line.line;
    if (newWindow) episode.windows++;
    if ((measures[0]?.value ?? 0) > (episode.measures[0]?.value ?? 0)) episode.measures = measures;
    if (newWindow && episode.evidence.length < MOST_EVIDENCE) episode.evidence.push(line);
  }
}

/** The flood rules that say no more than a more exact one about the same destination. */
const GENERAL = new Set<RuleName>(['first-contact-flood', 'one-way-flood']);
const EXACT = new Set<RuleName>(['syn-flood', 'amplification', 'syn-ack-reflection', 'dhcp-flood']);

/** Episodes without those that another explains better. */
export function distinctEpisodes(episodes: readonly Episode[]): Episode[] {
  const covers = (one: Episode, other: Episode): boolean =>
    one.destination === other.destination && one.start <= other.end && other.start <= one.end;
  return episodes.filter((episode) => {
    if (GENERAL.has(episode.rule)) return !episodes.some((other) => EXACT.has(other.rule) && covers(other, episode));
    if (episode.rule === 'silent-host-scan')
      return !episodes.some((other) => (other.rule === 'icmp-sweep' || other.rule === 'arp-scan') && other.source === episode.source);
    return true;
  });
}

/** The key of a finding in words: `10.0.0.1 -> 10.0.0.2 port 22 (ssh)`. */
export function keyText({ rule, source, destination, subject }: Episode): string {
  const path = source === '' ? destination : destination === '' ? source : `${source} -> ${destination}`;
  const key = subject === '' ? path : `${path} ${subject}`;
  return key === '' ? RULES[rule].title : key;
}
