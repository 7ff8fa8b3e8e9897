import type { FeatureText } from '../../core/index.ts';
import { declaredFeature, declaredFeaturesOf, homeNetworks } from '../../pipeline/index.ts';
import type { StoredFilesQuery, TenantStore } from '../../store/index.ts';
import { readWindows, storedFeature } from '../../training/index.ts';
import type { ServerContext } from '../context.ts';
import { type Answer, given, type Handlers } from './handler.ts';

/** One preview at a time, in so much memory and time: it shares the machine with what runs. */
const MEMORY_BYTES = 256 * 1024 ** 2;
const MILLIS = 20_000;

export function featureHandlers(context: ServerContext): Handlers<'features' | 'previewFeature' | 'storedFiles'> {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    features: async ({ params }) => ({
      items: declaredFeaturesOf(context.config, params.tenant).map(({ declaration, ...rest }) => ({
        ...rest,
        declaration: { ...declaration },
      })),
    }),
    previewFeature({ store, params, body }) {
      const done = turn.then(() => preview(context, params.tenant, store, body));
      turn = done.catch(() => undefined);
      return done;
    },
    // Kinds are checked by the route.
    storedFiles: async ({ store, query }) => store.events.stored(given(query) as StoredFilesQuery),
  };
}

async function preview(
  { config }: ServerContext,
  tenant: string,
  store: TenantStore,
  { name, declaration, limit, ...choice }: Parameters<Handlers<'previewFeature'>['previewFeature']>[0]['body'],
): Promise<Answer<'previewFeature'>> {
  const { source } = choice;
  const declared =
    declaration === undefined
      ? await declaredFeature(config, tenant, name, source)
      : { name, declaration: declaration as unknown as FeatureText, homeNetworks: await homeNetworks(config, tenant, source) };
  const feature = await storedFeature(store.events, { ...declared, ...given(choice) });
  const { plan, batch, more } = await readWindows(feature, {
    ...{ most: limit, cut: true, memoryBytes: MEMORY_BYTES },
    signal: AbortSignal.timeout(MILLIS),
  });
  const [keys, figures] = [batch.keyColumns.length, batch.columns.length];
  return {
    ...{ name: plan.name, kind: plan.from, keyColumns: batch.keyColumns, columns: batch.columns },
    ...{ from: feature.span?.from ?? Number.NaN, to: feature.span?.to ?? Number.NaN, more },
    items: Array.from({ length: batch.rows }, (_, row) => ({
      keys: batch.keys.slice(row * keys, (row + 1) * keys),
      start: batch.start[row] as number,
      end: batch.end[row] as number,
      events: batch.events[row] as number,
      values: [...batch.values.subarray(row * figures, (row + 1) * figures)],
    })),
  };
}
