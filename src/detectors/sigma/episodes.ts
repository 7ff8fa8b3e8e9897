import type { EvidenceLine, Micros } from '../../core/index.ts';
import type { MatchedRule } from './matched-rule.ts';

/** One rule about one entity that one host tells of, or one account of it, from its first match until it has been silent for a while. */
export interface Episode {
  readonly rule: string;
  readonly entity: string;
  /** Whose line said so first. */
  readonly host?: string;
  /** Lines of that host alone: a rule about single events. */
  readonly byHost?: boolean;
  readonly user?: string;
  readonly related?: readonly string[];
  /** The account, of rules about one. */
  readonly account?: string;
  readonly start: Micros;
  end: Micros;
  /** Events that matched or were counted. */
  events: number;
  readonly evidence: EvidenceLine[];
  /** What the first match looked like. */
  readonly observed: string;
}

export interface Match {
  readonly rule: MatchedRule;
  readonly entity: string;
  readonly host?: string;
  readonly byHost?: boolean;
  readonly user?: string;
  readonly related?: readonly string[];
  readonly account?: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly events: number;
  readonly evidence: readonly EvidenceLine[];
  /** Asked for when an episode begins. */
  readonly observed: () => string;
}

/** Lines kept of an episode: the first ones. */
const MAX_EVIDENCE = 20;

/** Matches folded by rule, entity and host; bounded. */
export class Episodes {
  readonly #idle: Micros;
  readonly #limit: number;
  #open = new Map<string, Episode>();
  begun = 0;
  forgotten = 0;

  constructor(idle: Micros, limit: number) {
    this.#idle = idle;
    this.#limit = limit;
  }

  add(match: Match): Episode {
    const key = [
      match.rule.id,
      match.entity,
      ...(match.account === undefined ? [] : [match.account]),
      ...(match.byHost === true && match.host !== undefined ? ['', match.host] : []),
    ].join('\0');
    const known = this.#open.get(key);
    this.#open.delete(key);
    if (known !== undefined && match.start <= known.end + this.#idle) {
      known.end = Math.max(known.end, match.end);
      known.events += match.events;
      known.evidence.push(...match.evidence.slice(0, MAX_EVIDENCE - known.evidence.length));
      this.#open.set(key, known);
      return known;
    }
    const { rule, evidence, observed, ...rest } = match;
    const episode: Episode = { ...rest, rule: rule.id, evidence: evidence.slice(0, MAX_EVIDENCE), observed: observed() };
    this.#open.set(key, episode);
    this.begun++;
    if (this.#open.size > this.#limit) {
      this.#open.delete(this.#open.keys().next().value as string);
      this.forgotten++;
    }
    return episode;
  }

  snapshot() {
    return { open: [...this.#open], begun: this.begun, forgotten: this.forgotten };
  }

  restore({ open, begun, forgotten }: ReturnType<Episodes['snapshot']>): void {
    this.#open = new Map(open);
    this.begun = begun;
    this.forgotten = forgotten;
  }
}
