import type { EvidenceLine, Micros } from '../../core/index.ts';
import { RULES, type RuleName } from './rules.ts';

/** One thing that was measured against its threshold. */
export interface Measure {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  /** Set where less than the threshold is what stands out. */
  readonly below?: boolean;
  /** What is usual, in words; unless set, less than the threshold. */
  readonly expected?: string;
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
  /** Microseconds of a window. */
  readonly window: number;
  end: number;
  /** Of the window in which the first measure was largest. */
  measures: readonly Measure[];
  readonly evidence: EvidenceLine[];
  lastPacket: number;
  windows: number;
}

interface Open {
  readonly episode: Episode;
  /** `explained`: a more exact episode says the same; this one is not reported. */
  state: 'waiting' | 'told' | 'explained';
  /** Event time of the last report. */
  toldAt: Micros;
  changed: boolean;
}

export interface EpisodesState {
  readonly open: readonly (readonly [number, Open])[];
  readonly fired: number;
  readonly unkept: number;
  /** Absent in states of before. */
  readonly allowed?: number;
  readonly sweepAt: Micros;
}

export interface EpisodeEvents {
  /** Early word of a condition, in the open window: its episode goes on changing until it ends. */
  readonly onFire?: (episode: Episode) => void;
  /** It was quiet for so long that nothing joins it any more. */
  readonly onEnd?: (episode: Episode) => void;
}

const MOST_EVIDENCE = 20;
const SECOND: Micros = 1_000_000;
/** Event time between two reports of a condition that goes on. */
const REPORT_EVERY: Micros = 10 * SECOND;
/** An episode ends after this many windows in which it did not hold, and after this time at most. */
const ENDS_AFTER = 3;
const ENDS_AT_MOST: Micros = 1800 * SECOND;

/** Subject of a one-way flood of datagrams. */
export const BY_UDP = 'by UDP';

/** The flood rules that say no more than a more exact one about the same destination. */
const GENERAL = new Set<RuleName>(['first-contact-flood', 'one-way-flood', 'one-way-stream']);
/** Scans that another finding may tell more exactly. */
const WAITING = new Set<RuleName>([
  'silent-host-scan',
  'slow-port-scan',
  'slow-host-scan',
  'many-logins',
  'answered-sweep',
  'dns-text-beacon',
]);
const EXACT = new Set<RuleName>(['syn-flood', 'amplification', 'syn-ack-reflection', 'dhcp-flood']);

/**
 * Conditions that hold, from the packet that makes each true until it has been quiet. One is reported when it fires (a general
 * one a second later, unless a more exact one says the same), while its figures change, and at its end. When something
 * is reported depends on the times of packets alone.
 */
export class Episodes {
  unkept = 0;
  fired = 0;
  /** Windows of scans that are allowed, which begin no episode. */
  allowed = 0;
  readonly #most: number;
  readonly #events: EpisodeEvents;
  readonly #open = new Map<number, Open>();
  #reports: Episode[] = [];
  #sweepAt: Micros = Number.NEGATIVE_INFINITY;

  constructor(most: number, events: EpisodeEvents = {}) {
    this.#most = most;
    this.#events = events;
  }

  /** Number of the new episode, from 1; 0 when no more are kept. */
  open(episode: Episode): number {
    if (this.#open.size >= this.#most) {
      this.unkept++;
      return 0;
    }
    const number = ++this.fired;
    const waits = GENERAL.has(episode.rule) || WAITING.has(episode.rule);
    const open: Open = { episode, state: waits ? 'waiting' : 'told', toldAt: episode.firedAt, changed: false };
    this.#open.set(number, open);
    this.#events.onFire?.(episode);
    if (!waits) this.#report(open, episode.firedAt);
    return number;
  }

  /** False when the episode has ended. */
  extend(number: number, measures: readonly Measure[], line: EvidenceLine, newWindow: boolean): boolean {
    const open = this.#open.get(number);
    if (open === undefined) return false;
    const { episode } = open;
    open.changed = true;
    episode.end = Math.max(episode.end, line.time ?? episode.end);
    episode.lastPacket = line.line;
    if (newWindow) episode.windows++;
    if ((measures[0]?.value ?? 0) > (episode.measures[0]?.value ?? 0)) episode.measures = measures;
    if (newWindow && episode.evidence.length < MOST_EVIDENCE) episode.evidence.push(line);
    return true;
  }

  /** Event time has reached `now`: once a second, what is due is reported and what is over ends. */
  advance(now: Micros): void {
    if (now < this.#sweepAt) return;
    if (Number.isFinite(now)) this.#sweepAt = Math.floor(now / SECOND) * SECOND + SECOND;
    // All that wait are settled before anything ends that may explain them.
    for (const open of this.#open.values()) {
      if (open.state !== 'waiting') continue;
      open.state = this.#isExplained(open.episode) ? 'explained' : 'told';
      if (open.state === 'told') this.#report(open, now);
    }
    for (const [number, open] of this.#open) {
      const { episode } = open;
      const over = now - episode.end > Math.min(ENDS_AFTER * episode.window, ENDS_AT_MOST);
      const due = Math.floor(now / REPORT_EVERY) > Math.floor(open.toldAt / REPORT_EVERY);
      if (open.state === 'told' && open.changed && (over || due)) this.#report(open, now);
      if (!over) continue;
      this.#open.delete(number);
      this.#events.onEnd?.(episode);
    }
  }

  /** Reports since the last call, each as the episode was then. */
  take(): readonly Episode[] {
    const reports = this.#reports;
    if (reports.length > 0) this.#reports = [];
    return reports;
  }

  #report(open: Open, at: Micros): void {
    open.changed = false;
    open.toldAt = at;
    this.#reports.push({ ...open.episode, evidence: [...open.episode.evidence] });
  }

  #isExplained(episode: Episode): boolean {
    for (const { episode: other } of this.#open.values()) if (explains(other, episode)) return true;
    return false;
  }

  snapshot(): EpisodesState {
    return {
      open: structuredClone([...this.#open]),
      fired: this.fired,
      unkept: this.unkept,
      allowed: this.allowed,
      sweepAt: this.#sweepAt,
    };
  }

  restore({ open, fired, unkept, allowed = 0, sweepAt }: EpisodesState): void {
    this.#open.clear();
    for (const [number, one] of structuredClone(open)) this.#open.set(number, one);
    this.fired = fired;
    this.unkept = unkept;
    this.allowed = allowed;
    this.#sweepAt = sweepAt;
    this.#reports = [];
  }
}

/** Episodes without those that another explains better. */
export function distinctEpisodes(episodes: readonly Episode[]): Episode[] {
  return episodes.filter((episode) => !episodes.some((other) => explains(other, episode)));
}

/** Whether `other` says the same more exactly. */
function explains(other: Episode, episode: Episode): boolean {
  const sweeps = other.rule === 'icmp-sweep' || other.rule === 'arp-scan';
  if (episode.rule === 'silent-host-scan') return sweeps && other.source === episode.source;
  if (episode.rule === 'answered-sweep') return other.rule === 'icmp-sweep' && other.source === episode.source;
  if (episode.rule === 'slow-host-scan') return (sweeps || other.rule === 'silent-host-scan') && other.source === episode.source;
  if (episode.destination !== other.destination || episode.start > other.end || other.start > episode.end) return false;
  if (episode.rule === 'slow-port-scan')
    return (other.rule === 'port-scan' && other.source === episode.source) || (other.rule === 'one-way-flood' && other.subject === BY_UDP);
  if (episode.rule === 'dns-text-beacon')
    return other.rule === 'dns-tunnel' && other.source === episode.source && other.subject === episode.subject;
  if (episode.rule === 'many-logins') return other.rule === 'brute-force' && other.source === episode.source;
  // Datagrams that fill the link hit any port; who scans by UDP waits for answers.
  if (episode.rule === 'port-scan') return other.rule === 'one-way-flood' && other.subject === BY_UDP;
  if (episode.rule === 'syn-flood') return other.rule === 'syn-flood' && episode.subject !== '' && other.subject === '';
  return GENERAL.has(episode.rule) && EXACT.has(other.rule);
}

/** The key of a finding in words: `10.0.0.1 -> 10.0.0.2 port 22 (ssh)`. */
export function keyText({ rule, source, destination, subject }: Episode): string {
  const path = source === '' ? destination : destination === '' ? source : `${source} -> ${destination}`;
  const key = subject === '' ? path : `${path} ${subject}`;
  return key === '' ? RULES[rule].title : key;
}
