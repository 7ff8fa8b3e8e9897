import type { ReadingState } from './reading-state.ts';

/** A series that stands still more often is not worth a network. */
const CHANGING = 0.25;
/** Channels of one network report about as often, and have all reported lately. */
const SAME_PACE = 1.25;
const LATELY = 3;

export interface GroupChoice {
  /** Groups that may be chosen. */
  readonly groups: number;
  /** Most channels of one group. */
  readonly channels: number;
  readonly warmUp: number;
  readonly tried: ReadonlySet<string>;
}

interface Candidate {
  readonly name: string;
  readonly state: ReadingState;
  readonly rank: number;
}

/**
 * Series for networks: those whose forecasts err most for their level, each with further series of its entity that report as
 * often. The same states give the same groups.
 */
export function chooseGroups(states: ReadonlyMap<string, ReadingState>, choice: GroupChoice): readonly (readonly string[])[] {
  const candidates: Candidate[] = [];
  for (const [name, state] of states) {
    if (state.track !== undefined || state.seen < choice.warmUp || state.changing < CHANGING || choice.tried.has(name)) continue;
    const { spread, level } = state.forecaster;
    candidates.push({ name, state, rank: spread / (spread + Math.abs(level)) });
  }
  candidates.sort((a, b) => b.rank - a.rank || (a.name < b.name ? -1 : 1));
  const others = new Map<string, Candidate[]>();
  if (choice.channels > 1) {
    for (const one of candidates) {
      const same = others.get(one.state.entity);
      if (same === undefined) others.set(one.state.entity, [one]);
      else same.push(one);
    }
  }
  const taken = new Set<string>();
  const groups: (readonly string[])[] = [];
  for (const first of candidates) {
    if (groups.length >= choice.groups) break;
    if (taken.has(first.name)) continue;
    const fitting = (others.get(first.state.entity) ?? []).filter(
      (one) => one !== first && !taken.has(one.name) && fits(first.state, one.state),
    );
    const group = [first, ...fitting.slice(0, choice.channels - 1)].map(({ name }) => name);
    for (const name of group) taken.add(name);
    groups.push(group);
  }
  return groups;
}

function fits(first: ReadingState, other: ReadingState): boolean {
  const pace = first.step / other.step;
  return pace < SAME_PACE && pace > 1 / SAME_PACE && Math.abs(first.lastTime - other.lastTime) <= LATELY * first.step;
}
