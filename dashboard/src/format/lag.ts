import { duration } from './time.ts';

interface Flow {
  /** Wall clock minus watermark, microseconds. */
  readonly lag: number | null;
  readonly rate: number;
  readonly queueBytes: number;
}

/** How far behind; a source that gave all it has and gets nothing new is idle, not late. */
export function lagText({ lag, rate, queueBytes }: Flow): string {
  return lag !== null && rate === 0 && queueBytes === 0 ? 'idle' : duration(lag);
}
