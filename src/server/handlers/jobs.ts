import { loadComponents } from '../../pipeline/index.ts';
import type { ModelManifest } from '../../registry/index.ts';
import type { TenantStore } from '../../store/index.ts';
import { type Trainable, trainableDetectors } from '../../training/index.ts';
import { FORECAST_ALGORITHM_NAMES, FORECAST_ALGORITHMS } from '../../training/series/index.ts';
import { checkPlaces } from '../access/places.ts';
import type { Principal } from '../access/principal.ts';
import type { JobBody } from '../api/schema/jobs.ts';
import { audit, type ServerContext, tenantConfig, tenantModels } from '../context.ts';
import { checkInThread } from '../jobs/check-in-thread.ts';
import type { NewJob } from '../jobs/jobs.ts';
import { type Answer, type Handlers, missing, type RawHandler } from './handler.ts';
import { memo } from './memo.ts';

type JobRoutes = 'jobs' | 'train' | 'evaluate' | 'score' | 'backtest' | 'job' | 'cancelJob' | 'trainingData' | 'compareModels';
const FRESH_MILLIS = 10_000;

export function jobHandlers(context: ServerContext): Handlers<JobRoutes> {
  const { jobs } = context;
  const spans = memo<Answer<'trainingData'>['sources']>(FRESH_MILLIS);
  let trainable: Promise<readonly Trainable[]> | undefined;

  const start = async (store: TenantStore, by: Principal, wanted: Omit<NewJob, 'by'>): Promise<JobBody> => {
    const job = await jobs.add(store.id, { ...wanted, by: by.name });
    await audit(context, by, `${wanted.kind} started`, wanted.model || wanted.detector, job.id, store);
    return job;
  };

  return {
    async jobs({ store, query }) {
      const all = await jobs.list(store.id);
      return { items: all.filter(({ kind, state }) => (query.kind ?? kind) === kind && (query.state ?? state) === state) };
    },
    train: ({ store, body, principal }) =>
      start(store, principal, { kind: 'train', detector: body.detector, model: body.name ?? body.detector, arguments: body }),
    evaluate: ({ store, body, principal }) =>
      start(store, principal, { kind: 'evaluate', detector: '', model: body.model, arguments: body }),
    score: ({ store, body, principal }) => start(store, principal, { kind: 'score', detector: '', model: body.model, arguments: body }),
    async backtest({ store, params, body, principal }) {
      const { detector: type, options } = body;
      const definition = (await loadComponents()).detectors.get(type);
      const tenant = tenantConfig(context, params.tenant);
      if (definition !== undefined && checkPlaces(principal, tenant, { type, config: definition.config, options }))
        await checkInThread(type, options);
      return start(store, principal, { kind: 'backtest', detector: type, model: '', arguments: body });
    },
    job: ({ store, params }) => jobs.get(store.id, params.id),
    async cancelJob({ store, params, principal }) {
      const { kind, model, detector } = await jobs.cancel(store.id, params.id);
      await audit(context, principal, `${kind} cancelled`, model || detector, params.id, store);
      return { status: 'ok' };
    },
    async trainingData({ store, params }) {
      const uploads = await context.uploads.list(params.tenant);
      trainable ??= trainableDetectors();
      return {
        uploads: uploads.map(({ id, name, bytes, uploadedAt }) => ({ id, name, bytes, uploadedAt })),
        sources: await spans(params.tenant, async () => {
          const sources = tenantConfig(context, params.tenant)?.sources ?? [];
          return Promise.all(sources.map(async ({ name }) => ({ name, ...(await spanOf(store, name)) })));
        }),
        detectors: await trainable,
        forecastAlgorithms: FORECAST_ALGORITHM_NAMES.map((name) => {
          const { summary, takes } = FORECAST_ALGORITHMS[name];
          return { name, summary, takes: [...takes] };
        }),
      };
    },
    async compareModels({ store, query }) {
      const models = tenantModels(context, store);
      return comparison(await Promise.all(query.models.map((reference) => models.show(reference))));
    },
  };
}

export function downloadScores(context: ServerContext): RawHandler<'jobScores'> {
  return async ({ params, store, reply }) => {
    const bytes = await context.jobs.scores(store.id, params.id);
    if (bytes === undefined) throw missing('list of scores');
    return reply
      .header('content-disposition', `attachment; filename="scores-${params.id.slice(0, 8)}.csv"`)
      .type('text/csv; charset=utf-8')
      .send(Buffer.from(bytes));
  };
}

async function spanOf(store: TenantStore, source: string): Promise<{ events: number; from: number; to: number }> {
  const { total, oldest, newest } = await store.events.histogram({ source }, 1);
  return { events: total, from: oldest, to: newest + 1 };
}

function comparison(models: readonly (ModelManifest & { readonly aliases: readonly string[] })[]): Answer<'compareModels'> {
  const rows = (of: (model: ModelManifest) => Readonly<Record<string, unknown>>) => {
    const names = [...new Set(models.flatMap((model) => Object.keys(of(model))))].sort();
    return names.map((name) => ({ name, values: models.map((model) => of(model)[name] ?? null) }));
  };
  return {
    models: models.map(({ name, version, detector, createdAt, aliases, data }) => ({
      ...{ model: `${name}@${version}`, detector, createdAt, aliases },
      ...{ rows: data.rows, dataSha256: data.sha256 },
    })),
    sameData: new Set(models.map(({ data }) => data.sha256)).size === 1,
    metrics: rows(({ metrics }) => metrics) as Answer<'compareModels'>['metrics'],
    hyperParameters: rows(({ hyperParameters }) => hyperParameters),
  };
}
