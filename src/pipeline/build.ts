import type { Config, DetectorConfig, SourceConfig, TenantConfig } from '../config/index.ts';
import {
  type Alert,
  type Clock,
  canonicalJson,
  type Detector,
  type Incident,
  type Logger,
  type Sink,
  type Source,
  seededRandom,
  stableId,
  VedetteError,
} from '../core/index.ts';
import { type FlowScoring, featureRunner, flowScoring } from '../features/index.ts';
import { KNOWN_TEMPLATES, unpackKnownTemplates } from '../parsers/index.ts';
import { parquetLines } from '../store/index.ts';
import { type Components, DETECTOR_KEYS, factsOf, instantiate, SOURCE_KEYS } from './catalogue.ts';
import type { Pseudonymiser } from './flow/pseudonym.ts';
import { pseudonymisedSource } from './flow/pseudonymised-source.ts';
import { Pump } from './flow/pump.ts';
import { detectorsOf, laneKindOf } from './graph.ts';
import { FlowScorer } from './lane/flow-scorer.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneScorer, ScorerOptions } from './lane/lane-scorer.ts';
import { LANES, type UndatedTimes } from './lane/lanes.ts';
import { LogLane } from './lane/log-lane.ts';
import { type Measure, MeasuredLane } from './lane/measured-lane.ts';
import { declarationOf, homeNetworksOf, MEASURED_BY, measuresOf } from './lane/measures.ts';
import { RecognisingLane } from './lane/recognising-lane.ts';
import type { RegisteredModel } from './lane/registered-model.ts';
import { LaneRules } from './lane/rules.ts';
import { Scorer } from './lane/scorer.ts';
import { StreamScorer } from './lane/stream-scorer.ts';
import { WindowModel } from './lane/window-model.ts';
import type { PipelineStore } from './pipeline-store.ts';
import { type Pseudonyms, pseudonymsOf } from './pseudonyms.ts';
import type { PlannedLane, RunningLane, TenantPlan } from './running.ts';
import { TenantRun } from './tenant-run.ts';

export const SINK_KEYS = ['name', 'when'];

export interface BuildOptions {
  readonly tenant: string;
  readonly config: Config;
  readonly configHash: string;
  readonly program: string;
  readonly store: PipelineStore;
  readonly components: Components;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onAlerts?: (alerts: readonly Alert[]) => void;
  readonly onIncidents?: (incidents: readonly Incident[]) => void;
}

/** One tenant's configuration -> its pipeline, ready to start. */
export async function buildTenant(options: BuildOptions): Promise<TenantRun> {
  const { config, tenant, store, clock, log } = options;
  return new TenantRun({
    ...(await planTenant(options)),
    tenant,
    epochs: config.epochs,
    cpuShare: config.limits.cpuShare,
    store,
    clock,
    random: randomFor(config.seed, tenant),
    log,
    ...(options.onAlerts === undefined ? {} : { onAlerts: options.onAlerts }),
    ...(options.onIncidents === undefined ? {} : { onIncidents: options.onIncidents }),
  });
}

/** What a tenant's configuration asks of its pipeline, whether it is started by it or goes on by it. */
export async function planTenant(options: BuildOptions): Promise<TenantPlan> {
  const { config, configHash, program, tenant, components } = options;
  const own = config.tenants[tenant];
  if (own === undefined) throw new VedetteError('CONFIG_INVALID', `the configuration has no tenant "${tenant}"`);
  const pseudonyms = await pseudonymsOf(own);
  const windowModels = await windowModelsOf(own, own.sources, options);
  const { sources, sinks, alertBudget: _budget, retention: _retention, ...ofLanes } = own;
  const lanes = sources.map((source): PlannedLane => {
    const read = Object.entries(source).filter(([key]) => key === 'records' || !SOURCE_KEYS.includes(key));
    return {
      name: source.name,
      reading: canonicalJson([Object.fromEntries(read), own.pseudonymise ?? null]),
      whole: canonicalJson([source, ofLanes]),
      build: () => runningLane(source, own, { ...options, windowModels }, pseudonyms),
    };
  });
  return {
    config: own,
    identity: { configHash, program, seed: config.seed },
    lanes,
    sinks: () =>
      new Map(
        sinks.map((sink): [string, Sink] => [
          sink.name,
          instantiate('sink', components.sinks, sink, SINK_KEYS, contextOf(options, `sink/${sink.name}`)),
        ]),
      ),
  };
}

/** What a lane is made of; a whole pipeline has it, and so does a replay. */
export interface LaneOptions extends Pick<BuildOptions, 'tenant' | 'config' | 'components' | 'clock' | 'log'> {
  /** A running pipeline goes on where a detector's kept state is of another version: it learns anew, said in the log. A replay does not. */
  readonly mayStartAnew?: boolean;
  /** What records without a time are dated by, of a source that can be read again: the one before, unless it says otherwise. */
  readonly undated?: UndatedTimes | 'never';
  /** Where registered models are; only needed where a detector follows one. */
  readonly store?: Pick<PipelineStore, 'loadModel'>;
  /** Registered models of windows, as configurations name them: each makes the feature it learnt from. */
  readonly windowModels?: ReadonlySet<string>;
}

/** The lane of one configured source, with nothing learnt. */
export async function buildLane(source: SourceConfig, tenant: TenantConfig, options: LaneOptions): Promise<Lane> {
  const windowModels = await windowModelsOf(tenant, [source], options);
  return laneOf(source, tenant, { ...options, windowModels }, (await pseudonymsOf(tenant))?.messages);
}

/** Opens a configured source; it reads nothing yet. */
export function openSource(source: SourceConfig, options: LaneOptions, pseudonyms?: Pseudonyms): Source {
  const records =
    source.records === undefined ? {} : { records: source.records, ...(source.records === 'readings' ? { parquetLines } : {}) };
  const context = { ...contextOf(options, `source/${source.name}`), ...records };
  const opened = instantiate('source', options.components.sources, source, SOURCE_KEYS, context) as Source;
  const replaces = laneKindOf(source, factsOf(options.components)).pseudonymises;
  return pseudonyms !== undefined && replaces ? pseudonymisedSource(opened, pseudonyms.records) : opened;
}

/** Lines of a source that does not say of what have their format recognised input by input, and sensors too unless names have to be hidden: sensors' are not. */
function laneOf(source: SourceConfig, tenant: TenantConfig, options: LaneOptions, pseudonymiser: Pseudonymiser | undefined): Lane {
  const facts = factsOf(options.components);
  const possible = facts.records(source.type);
  const lines = (): Lane => laneOfKind(source, tenant, options, pseudonymiser);
  const first = lines();
  if (!(first instanceof LogLane)) return measured(first, tenant, options);
  const mayBeSensor = source.records === undefined && pseudonymiser === undefined && possible.includes('sensor');
  if (!mayBeSensor && first.format !== undefined) return measured(first, tenant, options);
  const another = () => lines() as LogLane;
  const { format } = options.components.sources.get(source.type) ?? {};
  const usual = format === undefined ? {} : { usual: format };
  return measured(
    new RecognisingLane({ first, another, ...(mayBeSensor && { events: sensorLane(source, tenant, options) }), ...usual }),
    tenant,
    options,
  );
}

function sensorLane(source: SourceConfig, tenant: TenantConfig, options: LaneOptions): Lane {
  const facts = factsOf(options.components);
  const { detectors, ...rest } = source;
  const serves = ({ type }: DetectorConfig) => facts.worksOn(type).some((what) => LANES.sensor.serves.has(what));
  const chosen = detectors?.filter(serves) ?? [];
  const events = { ...rest, records: 'sensor', ...(chosen.length > 0 && { detectors: chosen }) };
  return laneOfKind(events, tenant, options, undefined);
}

/** Within the first day readings are told of at this share of the promise only: what nobody would call usual. */
const LEARNING_SHARE = 0.01;

function laneOfKind(source: SourceConfig, tenant: TenantConfig, options: LaneOptions, pseudonymiser: Pseudonymiser | undefined): Lane {
  const { components } = options;
  const { learning } = source;
  const facts = factsOf(components);
  const kind = laneKindOf(source, facts);
  const scorers: LaneScorer[] = [];
  const rules: LaneRules[] = [];
  const all = detectorsOf(source, tenant, facts);
  const { measures } = measuresOf(source);
  const beside = all.map(({ type }) => type);
  for (const configured of all) {
    // The volumes of lines are for `rate`; it forecasts the features it was given.
    if (measures.length > 0 && configured.type === MEASURED_BY) continue;
    const named = contextOf(options, `source/${source.name}/${configured.type}`);
    const context = { ...named, features: featureRunner, declared: tenant.features, beside };
    const detector = instantiate('detector', components.detectors, configured, DETECTOR_KEYS, context);
    if ('reads' in detector) {
      rules.push(new LaneRules(detector, { tenant: options.tenant, source: source.name, detector: configured.type }));
      continue;
    }
    const scorerOptions: ScorerOptions = {
      tenant: options.tenant,
      source: source.name,
      detector: configured.type,
      rate: configured.promisedRate ?? Math.min(tenant.promisedRate, kind.promisedRate ?? 1),
      sessions: learning.sessions,
      maxSessions: learning.maxSessions,
      every: learning.every,
      // A rate of one's own holds from the first reading on.
      ...(kind === LANES.readings && { learningShare: configured.promisedRate === undefined ? LEARNING_SHARE : 1 }),
      ...registeredOf(configured, options),
      ...startingAnew(source.name, configured.type, options),
    };
    if (detector.shape === 'rows') {
      if (kind.flowColumns === undefined || isOfWindows(configured, options)) continue;
      const { flows = flowScoring.parse({}) } = source.features as { readonly flows?: FlowScoring };
      scorers.push(new FlowScorer(detector, { ...scorerOptions, columns: kind.flowColumns, perSecond: flows.perSecond }));
      continue;
    }
    const learnsAsItGoes = detector.shape === 'observations' || detector.shape === 'series';
    scorers.push(learnsAsItGoes ? new StreamScorer(detector, scorerOptions) : new Scorer(detector, scorerOptions));
  }
  const undated = facts.replayable(source) ? (options.undated ?? 'last') : 'arrival';
  return kind.create({
    source,
    scorers,
    rules,
    ...(undated === 'never' ? {} : { undated }),
    ...(pseudonymiser === undefined ? {} : { pseudonymiser }),
  });
}

/** The lane with the series that features of its events make, where the source has such. */
function measured(lane: Lane, tenant: TenantConfig, options: LaneOptions): Lane {
  const { source } = lane;
  const { measures, maxSeries } = measuresOf(source);
  const facts = factsOf(options.components);
  const all = detectorsOf(source, tenant, facts);
  const models = all.filter((one) => isOfWindows(one, options)).map((one) => windowModelOf(one, source, tenant, options));
  if (measures.length + models.length === 0) return lane;
  const forecast = all.find(({ type }) => type === MEASURED_BY) ?? facts.withDefaults(MEASURED_BY);
  const homeNetworks = homeNetworksOf(all, facts.withDefaults('use-cases'));
  return new MeasuredLane(
    lane,
    measures.map((name) => measureOf(name, source, tenant, options, forecast, homeNetworks)),
    maxSeries,
    models,
  );
}

/** A feature of the source's events as series, with a detector of its own, `forecast.NAME`. */
function measureOf(
  name: string,
  source: SourceConfig,
  tenant: TenantConfig,
  options: LaneOptions,
  forecast: DetectorConfig,
  homeNetworks: readonly string[],
): Measure {
  const declaration = declarationOf(name, tenant);
  if (declaration === undefined) throw new VedetteError('CONFIG_INVALID', `source ${source.name} measures ${name}, which is not declared`);
  const named = `${MEASURED_BY}.${name}`;
  const context = contextOf(options, `source/${source.name}/${named}`);
  const detector = instantiate('detector', options.components.detectors, forecast, DETECTOR_KEYS, context) as Detector;
  const rate = forecast.promisedRate ?? Math.min(tenant.promisedRate, LANES.readings.promisedRate ?? 1);
  const { sessions, maxSessions, every } = source.learning;
  const scorer = new StreamScorer(detector, {
    tenant: options.tenant,
    source: source.name,
    detector: named,
    rate,
    sessions,
    maxSessions,
    every,
    ...startingAnew(source.name, named, options),
  });
  return { runner: featureRunner(name, declaration, { homeNetworks, seed: options.config.seed }), scorer };
}

/** Models that detectors of these sources follow and that learnt from windows. One that is not at hand says so when it is followed. */
async function windowModelsOf(tenant: TenantConfig, sources: readonly SourceConfig[], options: LaneOptions): Promise<ReadonlySet<string>> {
  const { store, components } = options;
  const facts = factsOf(components);
  const named = sources.flatMap((source) => detectorsOf(source, tenant, facts)).flatMap(({ model }) => model ?? []);
  const found = new Set<string>();
  for (const model of new Set(named)) {
    const loaded = await store?.loadModel(model).catch(() => undefined);
    if (loaded?.manifest.features.windows !== undefined) found.add(model);
  }
  return found;
}

function isOfWindows({ model }: DetectorConfig, { windowModels }: Pick<LaneOptions, 'windowModels'>): boolean {
  return model !== undefined && windowModels?.has(model) === true;
}

function windowModelOf(configured: DetectorConfig, source: SourceConfig, tenant: TenantConfig, options: LaneOptions): WindowModel {
  const { components, log, config } = options;
  const kind = laneKindOf(source, factsOf(components));
  const context = contextOf(options, `source/${source.name}/${configured.type}`);
  const detector = instantiate('detector', components.detectors, configured, DETECTOR_KEYS, context) as Detector;
  const { sessions, maxSessions, every } = source.learning;
  return new WindowModel(detector, {
    tenant: options.tenant,
    source: source.name,
    detector: configured.type,
    rate: configured.promisedRate ?? Math.min(tenant.promisedRate, kind.promisedRate ?? 1),
    ...{ sessions, maxSessions, every, kinds: kind.serves, seed: config.seed },
    ...registeredOf(configured, options),
    ...startingAnew(source.name, configured.type, options),
    refused: (reason) => log.warn('a newer model is not followed', { source: source.name, detector: configured.type, reason }),
  });
}

function startingAnew(source: string, detector: string, { log, mayStartAnew }: LaneOptions): Pick<ScorerOptions, 'startsAnew'> {
  if (mayStartAnew !== true) return {};
  return {
    startsAnew: (reason) => log.warn('a detector learns anew: what it had learnt does not fit any more', { source, detector, reason }),
  };
}

/** For a detector that follows a registered model: how it gets that model's champion or version, as of now. */
function registeredOf(
  { type, model, promisedRate: _own, ...own }: DetectorConfig,
  options: LaneOptions,
): Pick<ScorerOptions, 'registered'> {
  if (model === undefined) return {};
  const registered = async (): Promise<RegisteredModel> => {
    const loaded = await options.store?.loadModel(model);
    if (loaded === undefined) throw new VedetteError('MODEL_MISSING', `${model} is not at hand here`);
    const { manifest, files, sha256 } = loaded;
    const reference = `${manifest.name}@${manifest.version}`;
    const [state, calibration] = [files['model.bin'], files['calibration.bin']];
    if (manifest.detector !== type || state === undefined || calibration === undefined)
      throw new VedetteError('MODEL_MISMATCH', `${reference} is a model of ${manifest.detector}, not of ${type}`, {
        hint: 'Name a model of that detector, or none.',
      });
    const context = contextOf(options, `model/${reference}`);
    const configured = { type, ...own, ...manifest.hyperParameters };
    const detector = instantiate('detector', options.components.detectors, configured, [], context) as Detector;
    await detector.restore(state);
    const { rows, to } = manifest.data;
    const { features } = manifest;
    const templates = files[KNOWN_TEMPLATES];
    return {
      ...{ reference, detector, features, sha256, rows, to, calibration: new Float64Array(calibration.slice().buffer) },
      ...(templates === undefined ? {} : { known: unpackKnownTemplates(templates) }),
    };
  };
  return { registered };
}

function runningLane(
  source: SourceConfig,
  tenant: TenantConfig,
  options: BuildOptions & Pick<LaneOptions, 'windowModels'>,
  pseudonyms: Pseudonyms | undefined,
): RunningLane {
  const { config, store, log } = options;
  const pump = new Pump({
    name: source.name,
    queueBytes: config.limits.queueBytes,
    readRate: config.limits.readRate,
    store,
    open: () => openSource(source, options, pseudonyms),
    random: contextOf(options, `source/${source.name}`).random,
    log,
  });
  return { lane: laneOf(source, tenant, { ...options, mayStartAnew: true }, pseudonyms?.messages), pump };
}

function contextOf(options: LaneOptions, name: string) {
  const { clock, log, config, tenant } = options;
  return { name, log, now: () => clock.now(), random: randomFor(config.seed, tenant, name) };
}

/** Each component draws from a stream of its own, so that adding one changes no other. */
export function randomFor(seed: number, ...names: string[]): () => number {
  return seededRandom(Number.parseInt(stableId(seed, ...names).slice(0, 8), 16));
}
