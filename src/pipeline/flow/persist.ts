import { backoffMillis, type Logger, pause } from '../../core/index.ts';

export interface PersistOptions {
  readonly random: () => number;
  readonly log: Logger;
  /** Aborted: no further attempt. */
  readonly signal: AbortSignal;
  /** What is wrong now; empty once it works. */
  readonly told: (error: string) => void;
}

const ATTEMPTS = 20;

/** A store that fails (a full disk) is tried again until it works; meanwhile everything waits and nothing is lost. */
export async function persist(work: () => Promise<void>, { random, log, signal, told }: PersistOptions): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      told('');
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      told(reason);
      if (signal.aborted || attempt >= ATTEMPTS) throw error;
      log.error('the store did not take an epoch; trying again', { error: reason });
      await pause(backoffMillis(attempt, random), signal);
    }
  }
}
