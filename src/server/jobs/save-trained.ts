import { VedetteError } from '../../core/index.ts';
import type { JobBody } from '../api/schema/jobs.ts';
import { trainSchema } from '../api/schema/jobs.ts';
import { audit, type ServerContext, tenantModels, tenantStore } from '../context.ts';
import type { JobOutcome } from './protocol.ts';

/** A training's outcome as the next version of its model. */
export async function saveTrained(context: ServerContext, tenant: string, job: JobBody, { draft }: JobOutcome): Promise<string> {
  if (draft === undefined) throw new VedetteError('INTERNAL', 'a training without a model');
  const store = await tenantStore(context, tenant);
  const models = tenantModels(context, store);
  const { name, version } = await models.saveModel(job.model, draft.info, draft.files);
  const reference = `${name}@${version}`;
  await audit(context, { name: job.by }, 'model trained', reference, job.id, store);
  if (trainSchema.parse(job.arguments).promote) {
    await models.promote(reference);
    await audit(context, { name: job.by }, 'model promoted', reference, job.id, store);
    await context.pipeline()?.applyModels();
  }
  return reference;
}
