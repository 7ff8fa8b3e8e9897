import type { JobBody } from '../api/schema/jobs.ts';

/** A training as DEEPaaS tells it; what waits is running to its clients. */
export function trainingOf(job: JobBody): Record<string, unknown> {
  const request = job.arguments.request;
  const status = job.state === 'waiting' ? 'running' : job.state;
  const finished = job.finishedAt ?? 0;
  return {
    uuid: job.id,
    date: isoOf(job.createdAt),
    args: typeof request === 'object' && request !== null ? request : {},
    status,
    ...(status === 'running' ? { progress: job.progress, minutes_left: job.minutesLeft } : {}),
    ...(status === 'done'
      ? {
          result: {
            finish_date: isoOf(finished),
            duration: durationOf(finished - (job.startedAt ?? finished)),
            output: { model_name: job.model, ...(job.result ?? {}) },
          },
        }
      : {}),
    ...(status === 'error' ? { message: job.error } : {}),
  };
}

function isoOf(micros: number | null): string {
  return new Date((micros ?? 0) / 1000).toISOString().replace('T', ' ').replace('Z', '');
}

/** As Python writes a timedelta: `0:01:02.345000`. */
function durationOf(micros: number): string {
  const seconds = micros / 1e6;
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${part((seconds % 3600) / 60)}:${part(seconds % 60)}.${String(Math.floor(micros % 1e6)).padStart(6, '0')}`;
}
