import type { LoadedConfig, SourceConfig } from '../config/index.ts';
import {
  type Alert,
  type Detection,
  type Micros,
  type Position,
  type RecordBatch,
  silentLogger,
  systemClock,
  VedetteError,
} from '../core/index.ts';
import { openRegistry } from '../registry/index.ts';
import type { Home, TenantStore } from '../store/contract.ts';
import { buildLane, type LaneOptions, openSource } from './build.ts';
import { loadComponents } from './catalogue.ts';
import { detectionOf } from './detection.ts';
import { SegmentStreams } from './flow/segment-streams.ts';
import type { Lane, LaneOutput } from './lane/lane.ts';
import { decodePositions, positionsBlob } from './positions-blob.ts';
import { pseudonymsOf } from './pseudonyms.ts';

export interface ReplayOptions {
  readonly home: Home;
  readonly tenant: string;
  readonly alertId: string;
  /** Must be the configuration the alert was found with. */
  readonly loaded: LoadedConfig;
  /** `vedette x.y.z`; must be the one the alert was found by. */
  readonly program: string;
}

/** A live source gives no sign of its end: this long without records and what was read is all there is. */
const QUIET_MILLIS = 1_500;
/** A step of the clock that watermarks count as silence. */
const SILENCE_STEP: Micros = 1_000_000;
/** Intervals are closed a while after their end. */
const SILENCE_AFTER: Micros = 10 * 60_000_000;
const LONGEST_SILENCE: Micros = 3 * 86_400_000_000;

/**
 * Finds the detection of a live alert once more: restores the state of the epoch it started from and reads its source on from
 * there. Gives the same bytes, or REPLAY_UNAVAILABLE with the reason.
 */
export async function replayAlert(options: ReplayOptions): Promise<Detection> {
  const { home, tenant, alertId, loaded } = options;
  const store = await home.tenant(tenant);
  const alert = await store.alerts.get(alertId);
  if (alert === undefined)
    throw new VedetteError('ALERT_MISSING', `there is no alert ${alertId}`, { hint: '`vedette alerts list` shows those there are.' });
  const source = sourceOf(alert, options);
  const own = loaded.config.tenants[tenant];
  if (own === undefined) throw unavailable(alert, `the configuration has no tenant ${tenant}`, 'Use the configuration it was found with.');
  const components = await loadComponents(loaded.config);
  const laneOptions: LaneOptions = {
    tenant,
    config: loaded.config,
    components,
    clock: systemClock,
    log: silentLogger,
    // When a line without any time came is known only of what was found.
    undated: alert.detection.end,
    store: modelsOf(alert, options, store),
  };
  const lane = await buildLane(source, own, laneOptions);
  const positions = await restore(lane, alert, store);
  const input = openSource(source, laneOptions, await pseudonymsOf(own));
  const stop = new AbortController();
  const reading = input.replayable ? input.read({ positions }, stop.signal) : heldRecords(store, source.name, positions);
  const records = reading[Symbol.asyncIterator]();
  try {
    const found = await search(lane, alert, records, options);
    if (found !== undefined) return found;
  } finally {
    stop.abort();
    await lane.close?.();
    await orQuiet(Promise.resolve(records.return?.()));
    await input.close();
  }
  throw unavailable(
    alert,
    `it is not found again in what ${source.name} holds now`,
    'Its input may have been rotated away, changed or given up to make room, or labels given since may have removed it.',
  );
}

/** What a source that cannot be read again sent then: its segment log keeps what alerts need. */
async function* heldRecords(store: TenantStore, source: string, positions: readonly Position[]): AsyncGenerator<RecordBatch> {
  const streams = new SegmentStreams(new Map(positions.map((position) => [position.input, position])));
  let expected = streams.committed + 1;
  for await (const { sequence, batch } of (await store.segments(source)).replay(streams.committed)) {
    if (sequence !== expected++) return;
    yield streams.place(sequence, batch).records;
  }
}

/** Its detector scores with the version that found the alert, whoever is champion now. */
function modelsOf({ detection }: Alert, { program }: ReplayOptions, store: TenantStore): NonNullable<LaneOptions['store']> {
  const registry = openRegistry(store.bytes, { now: systemClock.now, program });
  const found = detection.lineage.model;
  return {
    loadModel: (reference) => registry.loadModel(found.startsWith(`${reference.split('@')[0]}@`) ? found : reference),
  };
}

function sourceOf(alert: Alert, { loaded, program, tenant }: ReplayOptions): SourceConfig {
  const { lineage, source } = alert.detection;
  if (lineage.program !== program)
    throw unavailable(alert, `it was found by ${lineage.program}, this is ${program}`, `Install ${lineage.program} to replay it.`);
  const configured = loaded.config.tenants[tenant]?.sources.find(({ name }) => name === source);
  if (configured === undefined || lineage.configHash !== loaded.hash)
    throw unavailable(
      alert,
      'the configuration is not the one it was found with, which the home no longer keeps',
      'Give that one with -c.',
    );
  return configured;
}

/** The lane as it was at the epoch the alert starts from; the labels in force, without the alert's own. */
async function restore(lane: Lane, alert: Alert, store: TenantStore): Promise<readonly Position[]> {
  const { epoch } = alert.detection.lineage;
  const blobs = epoch > 0 ? await store.checkpoints.latest(epoch) : {};
  await lane.restore(blobs);
  for (const scorer of lane.scorers) {
    const labels = await store.labels.inForce(scorer.options.detector);
    scorer.applyLabels(labels.filter(({ alertId }) => alertId !== alert.id));
  }
  return decodePositions(blobs[positionsBlob(lane.source.name)]);
}

async function search(
  lane: Lane,
  alert: Alert,
  records: AsyncIterator<RecordBatch>,
  { program }: ReplayOptions,
): Promise<Detection | undefined> {
  const { lineage, id } = alert.detection;
  const identity = { configHash: lineage.configHash, program, seed: lineage.seed };
  const among = ({ findings }: LaneOutput): Detection | undefined => {
    const finding = findings.find(({ detection }) => detection.id === id);
    return finding && detectionOf(lane, finding, lineage.epoch, identity);
  };
  for (;;) {
    const next = await orQuiet(records.next());
    if (next === undefined || next.done === true) return (await inSilence(lane, alert, among)) ?? among(await lane.end());
    const found = among(await lane.process(next.value));
    if (found !== undefined) return found;
  }
}

/** What was found because nothing came any more: the wall clock goes on in steps until the end of the alert is past. */
async function inSilence(
  lane: Lane,
  { detection }: Alert,
  among: (output: LaneOutput) => Detection | undefined,
): Promise<Detection | undefined> {
  const { idle, lateness, disorder } = lane.source.eventTime;
  const from = Number.isFinite(lane.watermark.value) ? lane.watermark.value : detection.start;
  const wanted = Math.max(0, detection.end - from) + idle + lateness + disorder + SILENCE_AFTER;
  for (let passed = 0; passed <= Math.min(wanted, LONGEST_SILENCE); passed += SILENCE_STEP) {
    const found = among(await lane.elapse(passed));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** undefined after `QUIET_MILLIS` without an answer. */
async function orQuiet<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const quiet = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), QUIET_MILLIS);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, quiet]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(alert: Alert, reason: string, hint: string): VedetteError {
  return new VedetteError('REPLAY_UNAVAILABLE', `${alert.id} cannot be replayed: ${reason}`, { hint });
}
