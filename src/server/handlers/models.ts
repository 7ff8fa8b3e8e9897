import type { Alias, ModelManifest } from '../../registry/index.ts';
import { audit, type ServerContext, tenantModels } from '../context.ts';
import type { Answer, Handlers } from './handler.ts';

type ModelRoutes = 'models' | 'model' | 'promote' | 'rollback';

export function modelHandlers(context: ServerContext): Handlers<ModelRoutes> {
  return {
    models: async ({ store }) => ({ items: await tenantModels(context, store).list() }),
    model: async ({ store, params }) => modelBody(await tenantModels(context, store).show(`${params.name}@${params.version}`)),
    async promote({ store, params, principal }) {
      const models = tenantModels(context, store);
      const reference = `${params.name}@${params.version}`;
      await models.promote(reference);
      await audit(context, principal, 'model promoted', reference, '', store);
      await context.pipeline()?.applyModels();
      return modelBody(await models.show(reference));
    },
    async rollback({ store, params, principal }) {
      const models = tenantModels(context, store);
      const { version } = await models.rollback(params.name);
      await audit(context, principal, 'model rolled back', `${params.name}@${version}`, '', store);
      await context.pipeline()?.applyModels();
      return modelBody(await models.show(`${params.name}@${version}`));
    },
  };
}

function modelBody(manifest: ModelManifest & { readonly aliases: readonly Alias[] }): Answer<'model'> {
  const { schema: _schema, ...shown } = manifest;
  return shown;
}
