import { isEcho } from '../echo.ts';
import type { LabelledAlert } from './ait.ts';

/** A group of alerts that some simple method would show as one incident. */
export interface Candidate {
  readonly score: number;
  readonly start: number;
  readonly members: readonly LabelledAlert[];
}

export type Baseline = (alerts: readonly LabelledAlert[]) => Candidate[];

const SESSION_GAP = 15 * 60_000_000;

/** Alerts of one host without a gap of 15 minutes. */
function sessions(alerts: readonly LabelledAlert[]): LabelledAlert[][] {
  const open = new Map<string, LabelledAlert[]>();
  const all: LabelledAlert[][] = [];
  for (const one of alerts) {
    if (isEcho(one.alert)) continue;
    const current = open.get(one.alert.host);
    const last = current?.at(-1);
    if (current !== undefined && last !== undefined && one.alert.time - last.alert.time <= SESSION_GAP) current.push(one);
    else {
      const fresh = [one];
      open.set(one.alert.host, fresh);
      all.push(fresh);
    }
  }
  return all;
}

/** Past alerts of each type when an alert came, and all past alerts: what a frequency of types is made of. */
function rarities(alerts: readonly LabelledAlert[]): Map<LabelledAlert, number> {
  const counts = new Map<string, number>();
  const rarity = new Map<LabelledAlert, number>();
  for (const [i, one] of alerts.entries()) {
    const seen = counts.get(one.alert.type) ?? 0;
    rarity.set(one, -Math.log10((seen + 1) / (i + 1)));
    counts.set(one.alert.type, seen + 1);
  }
  return rarity;
}

function candidate(members: readonly LabelledAlert[], score: number): Candidate {
  return { score, members, start: members[0]?.alert.time ?? 0 };
}

export const BASELINES: Readonly<Record<string, Baseline>> = {
  'host session 15 min, distinct types': (alerts) =>
    sessions(alerts).map((members) => candidate(members, new Set(members.map(({ alert }) => alert.type)).size)),
  'rarest alert per session': (alerts) => {
    const rarity = rarities(alerts);
    return sessions(alerts).map((members) =>
      candidate(
        members,
        members.reduce((max, one) => Math.max(max, rarity.get(one) ?? 0), 0),
      ),
    );
  },
  'sum of -log p per host session, each type once': (alerts) => {
    const rarity = rarities(alerts);
    return sessions(alerts).map((members) => {
      const best = new Map<string, number>();
      for (const one of members) best.set(one.alert.type, Math.max(best.get(one.alert.type) ?? 0, rarity.get(one) ?? 0));
      return candidate(
        members,
        [...best.values()].reduce((sum, value) => sum + value, 0),
      );
    });
  },
};
