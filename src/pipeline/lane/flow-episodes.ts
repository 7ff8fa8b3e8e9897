import type { EvidenceLine, Explanation, Micros } from '../../core/index.ts';

/** One flow that a model flagged. */
export interface FlaggedFlow {
  /** The class it looks like; '' of models that name none. */
  readonly label: string;
  readonly probability: number;
  readonly source: string;
  readonly destination: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly score: number;
  readonly pValue: number;
  readonly rate: number;
  readonly extrapolated: boolean;
  readonly evidence: EvidenceLine;
}

/** Like flows of one entity, from the first to the latest. */
export interface Episode {
  readonly label: string;
  /** The source; the destination where many sources do the same to it. */
  readonly entity: string;
  readonly manySources: boolean;
  readonly start: Micros;
  /** Sets it apart from an earlier one of the same time. */
  readonly first: string;
  end: Micros;
  flows: number;
  /** Other ends, the first so many. */
  readonly others: string[];
  moreOthers: boolean;
  strongest: FlaggedFlow;
  readonly evidence: EvidenceLine[];
  /** Of the strongest when it was told last. */
  explanation: Explanation;
  description: Uint8Array;
  told: number;
}

export interface EpisodesState {
  readonly open: readonly Episode[];
  readonly left: number;
}

/** Like flows this long apart are two episodes. */
const APART: Micros = 300_000_000;
/** Sources that do the same to one destination, from which on they are told as one. */
const MANY_SOURCES = 20;
const MOST_OPEN = 2000;
const MOST_EVIDENCE = 10;
const MOST_OTHERS = 20;

/**
 * Flagged flows as episodes of a class and an entity, so that a flood of equal flows is one finding. Bounded: forged sources of one
 * destination become one episode, and of too many open ones the oldest ends.
 */
export class FlowEpisodes {
  readonly #open = new Map<string, Episode>();
  /** Episodes that ended because there were too many. */
  left = 0;

  /** The open episode that the flow belongs to. */
  find(flow: FlaggedFlow): Episode | undefined {
    return this.#open.get(ownKey(flow)) ?? this.#open.get(sharedKey(flow));
  }

  /** Counts the flow in; true where it is the strongest so far. */
  join(episode: Episode, flow: FlaggedFlow): boolean {
    episode.flows++;
    episode.end = Math.max(episode.end, flow.end);
    if (episode.evidence.length < MOST_EVIDENCE) episode.evidence.push(flow.evidence);
    const other = episode.manySources ? flow.source : flow.destination;
    if (!episode.others.includes(other)) {
      if (episode.others.length < MOST_OTHERS) episode.others.push(other);
      else episode.moreOthers = true;
    }
    if (!(flow.score > episode.strongest.score)) return false;
    episode.strongest = flow;
    return true;
  }

  /** Begins an episode with its first flow. */
  begin(flow: FlaggedFlow, explanation: Explanation, description: Uint8Array): Episode {
    const manySources = this.#sourcesOf(flow) >= MANY_SOURCES;
    const episode: Episode = {
      label: flow.label,
      entity: manySources ? flow.destination : flow.source,
      manySources,
      start: flow.start,
      first: `${flow.evidence.input} ${flow.evidence.offset} ${flow.evidence.line}`,
      end: flow.end,
      flows: 1,
      others: [manySources ? flow.source : flow.destination],
      moreOthers: false,
      strongest: flow,
      evidence: [flow.evidence],
      explanation,
      description,
      told: 0,
    };
    this.#open.set(manySources ? sharedKey(flow) : ownKey(flow), episode);
    if (this.#open.size > MOST_OPEN) {
      const oldest = this.#open.keys().next().value;
      if (oldest !== undefined) this.#open.delete(oldest);
      this.left++;
    }
    return episode;
  }

  /** Those with flows that nobody was told of; whatever ended before `now` is forgotten. */
  sweep(now: Micros): Episode[] {
    const untold = [...this.#open.values()].filter(({ flows, told }) => flows > told);
    for (const [key, { end }] of this.#open) if (now - end > APART) this.#open.delete(key);
    return untold;
  }

  snapshot(): EpisodesState {
    return { open: [...this.#open.values()], left: this.left };
  }

  restore({ open, left }: EpisodesState): void {
    this.#open.clear();
    this.left = left;
    for (const episode of open) {
      const { label, entity, manySources } = episode;
      this.#open.set(manySources ? sharedKey({ label, destination: entity }) : ownKey({ label, source: entity }), episode);
    }
  }

  /** Open episodes of the class that began with a flow to the same destination. */
  #sourcesOf({ label, destination }: FlaggedFlow): number {
    let sources = 0;
    for (const episode of this.#open.values())
      if (!episode.manySources && episode.label === label && episode.others[0] === destination) sources++;
    return sources;
  }
}

const ownKey = ({ label, source }: Pick<FlaggedFlow, 'label' | 'source'>): string => `${label}\0${source}`;
const sharedKey = ({ label, destination }: Pick<FlaggedFlow, 'label' | 'destination'>): string => `${label}\0\0${destination}`;
