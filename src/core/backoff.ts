/** Wait before retry number `attempt` (0 = the first), in milliseconds: doubled each time, capped, with up to a quarter of jitter. */
export function backoffMillis(attempt: number, random: () => number, first = 250, cap = 60_000): number {
  const base = Math.min(cap, first * 2 ** Math.min(attempt, 30));
  return Math.round(base * (1 - 0.25 * random()));
}

/** Resolves after `millis`, or at once when the signal aborts. */
export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal.addEventListener('abort', done);
  });
}
