import { VedetteError } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';
import type { JobBody } from '../api/schema/jobs.ts';

const KEY = /^jobs\/[0-9a-f]{32}\.json$/;

export const scoresKey = (id: string): string => `jobs/${id}.csv`;

/** Below it, what a training goes on from. */
export const checkpointsKey = (id: string): string => `jobs/${id}-checkpoints`;

/** Every job of a tenant that is kept, by id. A damaged entry is a job that failed. */
export async function readJobs(store: TenantStore): Promise<Map<string, JobBody>> {
  const jobs = new Map<string, JobBody>();
  for (const { key } of await store.bytes.list('jobs')) {
    if (!KEY.test(key)) continue;
    const bytes = await store.bytes.read(key);
    if (bytes === undefined) continue;
    try {
      const job = JSON.parse(new TextDecoder().decode(bytes)) as JobBody;
      jobs.set(job.id, job);
    } catch (cause) {
      throw new VedetteError('STORE_CORRUPT', `${key} is damaged`, { hint: 'Remove the file; it holds the history of one job.', cause });
    }
  }
  return jobs;
}

export function writeJob(store: TenantStore, job: JobBody): Promise<void> {
  return store.bytes.write(`jobs/${job.id}.json`, new TextEncoder().encode(JSON.stringify(job)));
}

export async function removeJob(store: TenantStore, id: string): Promise<void> {
  await store.bytes.remove(`jobs/${id}.json`);
  await store.bytes.remove(scoresKey(id));
  await store.bytes.remove(checkpointsKey(id));
}
