/** How alarms meet labelled events; nothing is counted row by row for an event that was merely touched (no point adjustment). */
export interface EventCounts {
  readonly events: number;
  /** Events with an alarm within them. */
  readonly found: number;
  /** Runs of alarms that touch no event. */
  readonly falseEpisodes: number;
  readonly normalRows: number;
  /** Rows from the start of each found event to its first alarm. */
  readonly delays: readonly number[];
  /** Rows from the first alarm to the end of each found event: the time left to act. */
  readonly warnings: readonly number[];
}

/** `skip`: rows at the beginning that are neither judged nor counted. */
export function countEvents(labels: ArrayLike<number>, raised: ArrayLike<boolean | number>, skip = 0): EventCounts {
  const delays: number[] = [];
  const warnings: number[] = [];
  let events = 0;
  let falseEpisodes = 0;
  let normalRows = 0;
  for (let row = skip; row < labels.length; row++) {
    if (labels[row] === 0) normalRows++;
    else {
      const from = row;
      while (row + 1 < labels.length && labels[row + 1] !== 0) row++;
      events++;
      for (let at = from; at <= row; at++) {
        if (!raised[at]) continue;
        delays.push(at - from);
        warnings.push(row - at);
        break;
      }
    }
  }
  for (let row = skip; row < labels.length; row++) {
    if (!raised[row]) continue;
    let touches = labels[row] !== 0;
    while (row + 1 < labels.length && raised[row + 1]) touches = labels[++row] !== 0 || touches;
    if (!touches) falseEpisodes++;
  }
  return { events, found: delays.length, falseEpisodes, normalRows, delays, warnings };
}

export function joinCounts(counts: readonly EventCounts[]): EventCounts {
  const sum = (of: (count: EventCounts) => number) => counts.reduce((total, count) => total + of(count), 0);
  return {
    events: sum(({ events }) => events),
    found: sum(({ found }) => found),
    falseEpisodes: sum(({ falseEpisodes }) => falseEpisodes),
    normalRows: sum(({ normalRows }) => normalRows),
    delays: counts.flatMap(({ delays }) => delays),
    warnings: counts.flatMap(({ warnings }) => warnings),
  };
}

/** Share of events with a row above the lowest threshold that raises at most the given share of the normal rows. */
export function recallAtBudget(labels: ArrayLike<number>, scores: Float64Array, budget: number): number {
  const normal = scores.filter((score, row) => labels[row] === 0 && Number.isFinite(score)).sort();
  const threshold = normal[Math.max(0, normal.length - 1 - Math.floor(budget * normal.length))] ?? Number.NEGATIVE_INFINITY;
  const { events, found } = countEvents(
    labels,
    scores.map((score) => (score > threshold ? 1 : 0)),
  );
  return found / events;
}
