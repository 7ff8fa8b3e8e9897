import { VedetteError } from '../../core/index.ts';
import { backtestReads, declaredFeature } from '../../pipeline/index.ts';
import type { TenantStore } from '../../store/index.ts';
import { createDetector, featureOfModel, storedFeature } from '../../training/index.ts';
import { DEFAULT_FORECAST_ALGORITHM, forecastAlgorithm, forecastSettings } from '../../training/series/index.ts';
import { backtestSchema, evaluateSchema, type JobBody, type JobData, scoreSchema, trainSchema } from '../api/schema/jobs.ts';
import { type ServerContext, tenantConfig, tenantModels, tenantStore } from '../context.ts';
import { checkpointsKey } from './job-files.ts';
import type { JobInput, JobTask, TrainTask } from './protocol.ts';

/** Most stored events a job reads, the newest. */
const MOST_EVENTS = 2_000_000;

/** The arguments of a job as the work to do, checked against what there is now. */
export async function taskOf(context: ServerContext, tenant: string, job: Pick<JobBody, 'id' | 'kind' | 'arguments'>): Promise<JobTask> {
  const store = await tenantStore(context, tenant);
  if (job.kind === 'train')
    return { ...(await trainTask(context, tenant, store, job.arguments)), checkpoints: store.bytes.local(checkpointsKey(job.id)) };
  if (job.kind === 'backtest') return backtestTask(context, tenant, store, job.arguments);
  const { model, data, promise } = (job.kind === 'evaluate' ? evaluateSchema : scoreSchema).parse(job.arguments);
  const loaded = await tenantModels(context, store).loadModel(model);
  return {
    kind: job.kind,
    model: loaded,
    input: await inputOf(
      context,
      tenant,
      store,
      data,
      featureOfModel(loaded),
      loaded.manifest.features.flows === undefined ? 'log' : 'flow',
    ),
    ...(promise === undefined ? {} : { promise }),
  };
}

async function trainTask(
  context: ServerContext,
  tenant: string,
  store: TenantStore,
  given: unknown,
): Promise<Omit<TrainTask, 'checkpoints'>> {
  const {
    detector,
    data,
    options,
    seed = context.config.seed,
    promise,
    algorithm,
    steps,
    test,
    grid,
    leaveOneOut,
  } = trainSchema.parse(given);
  if (grid !== undefined && detector !== 'forecast' && detector !== 'flow-classifier')
    throw new VedetteError('USAGE', `a grid is of forecast and flow-classifier, not of ${detector}`, { hint: 'Leave it out.' });
  if (grid !== undefined && data.feature !== undefined && detector === 'flow-classifier')
    throw new VedetteError('USAGE', 'a grid compares classifiers by the labels of flows, and windows have none', { hint: 'Leave it out.' });
  if (detector === 'forecast' && grid === undefined) forecastSettings(forecastAlgorithm(algorithm ?? DEFAULT_FORECAST_ALGORITHM), options);
  const isOfRows =
    detector !== 'forecast' && (await shapeOf(detector, { ...options, ...(algorithm === undefined ? {} : { algorithm }) })) === 'rows';
  if (isOfRows && detector === 'flow-classifier' && data.source !== undefined && data.feature === undefined)
    throw new VedetteError('USAGE', 'a classifier learns from labelled flows, and stored flows have no label', {
      hint: 'Upload labelled flows, or train a novelty model such as flow-novelty on the source.',
    });
  if (leaveOneOut && (!isOfRows || data.uploads === undefined))
    throw new VedetteError('USAGE', 'attack families can be left out of uploaded flows with labels only', {
      hint: 'Leave leaveOneOut out.',
    });
  const input = await inputOf(context, tenant, store, data, undefined, isOfRows ? 'flow' : 'log');
  const measured = test === undefined ? {} : { test: await inputOf(context, tenant, store, test) };
  const tried = grid === undefined ? {} : { grid };
  const chosen = algorithm === undefined ? {} : { algorithm };
  return { kind: 'train', detector, input, options, seed, promise, steps, leaveOneOut, ...measured, ...chosen, ...tried };
}

async function backtestTask(context: ServerContext, tenant: string, store: TenantStore, given: unknown): Promise<JobTask> {
  const { detector, options, source, from, to, promise } = backtestSchema.parse(given);
  const kind = await backtestReads(detector, options);
  const data = { source, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const input = await inputOf(context, tenant, store, data, undefined, kind);
  return { kind: 'backtest', tenant, detector, options, input, promise, seed: context.config.seed };
}

/** What a detector works on; refused where it does not take the options. */
async function shapeOf(detector: string, options: Readonly<Record<string, unknown>>): Promise<string> {
  return (await createDetector(detector, ownOptions(detector, options))).detector.shape;
}

/** Options that are about the rows of flows are no options of the detector. */
function ownOptions(_detector: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { homeNetworks, destinationPort, attempted, split, drop, mayLack, ...own } = options;
  return own;
}

/** `own`: the feature that a model learnt from, which it scores by; `kind`: events of a source that are read. */
export async function inputOf(
  context: ServerContext,
  tenant: string,
  store: TenantStore,
  data: JobData,
  own?: ReturnType<typeof featureOfModel>,
  kind: 'log' | 'flow' = 'log',
): Promise<JobInput> {
  const { uploads, source, feature, from, to, ...how } = data;
  const given = Object.fromEntries(Object.entries(how).filter(([, value]) => value !== undefined)) as Omit<JobInput, 'paths' | 'stored'>;
  if (uploads !== undefined) {
    const paths: string[] = [];
    for (const id of new Set(uploads)) paths.push(store.bytes.local(`uploads/${id}/${(await context.uploads.get(tenant, id)).name}`));
    return { paths, ...given };
  }
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  if (own !== undefined && uploads !== undefined)
    throw new VedetteError('MODEL_MISMATCH', `that model learnt from windows of ${own.name} over stored events`, {
      hint: 'Name a source or a time instead of uploads.',
    });
  if (feature !== undefined || own !== undefined) {
    if (own !== undefined && feature !== undefined && feature !== own.name)
      throw new VedetteError('MODEL_MISMATCH', `that model learnt from windows of ${own.name}, not of ${feature}`, {
        hint: `Name ${own.name}, or leave the feature out.`,
      });
    const declared = own ?? (await declaredFeature(context.config, tenant, feature as string, source));
    const windows = await storedFeature(store.events, { ...declared, ...range, ...(source === undefined ? {} : { source }) });
    return { windows, ...given };
  }
  const configured = tenantConfig(context, tenant)?.sources.find(({ name }) => name === source);
  if (configured === undefined)
    throw new VedetteError('USAGE', `there is no source ${source ?? ''}`, { hint: 'List the sources of this tenant.' });
  const files = kind === 'flow' ? (await store.events.stored({ kind, ...range })).files : await store.events.files(range);
  if (files.length === 0)
    throw new VedetteError('DATA_INSUFFICIENT', `no event of ${configured.name} is stored in that time`, {
      hint: 'Choose another time, or check that the source keeps its events.',
    });
  return { stored: { files, query: { ...range, source: configured.name, most: MOST_EVENTS }, source: configured }, ...given };
}
