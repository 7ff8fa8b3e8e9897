import { VedetteError } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';
import type { JobBody } from '../api/schema/jobs.ts';
import { trainSchema } from '../api/schema/jobs.ts';
import { audit, type ServerContext, tenantModels, tenantStore } from '../context.ts';
import type { JobOutcome } from './protocol.ts';

/** Entries of the audit log that are looked through for what an interrupted job noted already. */
const LOOKED_BACK = 200;

/** A training's outcome as the next version of its model. */
export async function saveTrained(context: ServerContext, tenant: string, job: JobBody, { draft }: JobOutcome): Promise<string> {
  if (draft === undefined) throw new VedetteError('INTERNAL', 'a training without a model');
  const store = await tenantStore(context, tenant);
  const { name, version } = await tenantModels(context, store).saveModel(job.model, draft.info, draft.files, { run: job.id });
  return announced(context, store, job, `${name}@${version}`);
}

/** The version that the job saved before the program ended, if it did; what follows a saving is made up for. */
export async function savedBefore(context: ServerContext, tenant: string, job: JobBody): Promise<string | undefined> {
  const store = await tenantStore(context, tenant);
  const saved = await tenantModels(context, store).versionOf(job.model, job.id);
  return saved === undefined ? undefined : announced(context, store, job, `${saved.name}@${saved.version}`);
}

async function announced(context: ServerContext, store: TenantStore, job: JobBody, reference: string): Promise<string> {
  const noted = await store.journal.auditLog(LOOKED_BACK);
  const note = async (action: string) => {
    if (noted.some((entry) => entry.action === action && entry.detail === job.id)) return;
    await audit(context, { name: job.by }, action, reference, job.id, store);
  };
  await note('model trained');
  if (trainSchema.parse(job.arguments).promote) {
    await tenantModels(context, store).promote(reference);
    await note('model promoted');
    await context.pipeline()?.applyModels();
  }
  return reference;
}
