import { checkConfig, configSchema, type SourceConfig } from '../../src/config/index.ts';
import { canonicalJson, type RecordBatch, silentLogger } from '../../src/core/index.ts';
import { detectionOf } from '../../src/pipeline/detection.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Lane, LaneOutput } from '../../src/pipeline/lane/lane.ts';
import { LogLane } from '../../src/pipeline/lane/log-lane.ts';
import { RecognisingLane } from '../../src/pipeline/lane/recognising-lane.ts';
import { Scorer } from '../../src/pipeline/lane/scorer.ts';
import { StreamScorer } from '../../src/pipeline/lane/stream-scorer.ts';
import { withinBudget } from '../../src/pipeline/within-budget.ts';

const IDENTITY = { configHash: 'c', program: 'vedette test', seed: 1 };

/** A real lane (parser, features, detectors) for a source configured like this. */
export async function makeLane(options: Record<string, unknown> = {}, detectors: readonly string[] = ['sequence']): Promise<Lane> {
  const components = await loadComponents();
  const schema = configSchema(catalogueOf(components));
  const value = { tenants: { t: { sources: [{ type: 'file', name: 'app', path: '/nowhere', ...options }] } } };
  const tenant = checkConfig(value, schema).config.tenants.t;
  const source = tenant?.sources[0] as SourceConfig;
  const scorersOf = () =>
    detectors.map((name) => {
      const definition = components.detectors.get(name);
      if (definition === undefined) throw new Error(`the detector ${name} is missing`);
      const detector = definition.create(definition.config.parse({}), { name, log: silentLogger, now: () => 0, random: () => 0.5 });
      if ('reads' in detector) throw new Error(`the detector ${name} is a rule`);
      const { sessions, maxSessions, every } = source.learning;
      const scorerOptions = { tenant: 't', source: source.name, detector: name, rate: 0.01, sessions, maxSessions, every };
      return detector.shape === 'sequences' ? new Scorer(detector, scorerOptions) : new StreamScorer(detector, scorerOptions);
    });
  const lines = () => new LogLane({ source, scorers: scorersOf(), rules: [] });
  return new RecognisingLane({ first: lines(), another: lines });
}

export interface LaneResult {
  /** Canonical JSON of every detection, in the order found. */
  readonly detections: readonly string[];
  readonly keys: readonly string[];
  /** Ids of what a budget of `PER_DAY` allows to be told, in order. */
  readonly told: readonly string[];
  readonly dead: readonly string[];
  readonly events: number;
}

/** So few that volumes decide. */
const PER_DAY = 0.1;

/** Feeds batches, optionally passing the whole state through a snapshot before some of them (their number: before the end), and ends the input. */
export async function runLane(
  make: () => Promise<Lane>,
  batches: readonly RecordBatch[],
  restoreBefore: readonly number[] = [],
): Promise<LaneResult> {
  let lane = await make();
  const detections: string[] = [];
  const keys: string[] = [];
  const told: string[] = [];
  const dead: string[] = [];
  let events = 0;
  let blobs: Record<string, Uint8Array> = {};
  const take = (output: LaneOutput) => {
    for (const finding of output.findings) {
      const detection = detectionOf(lane, finding, 0, IDENTITY);
      detections.push(canonicalJson(detection));
      keys.push(detection.key);
      if (withinBudget(lane, finding, PER_DAY)) told.push(detection.id);
    }
    dead.push(...output.dead.map((letter) => `${letter.line}: ${letter.reason}`));
    events += output.events.reduce((sum, { batch }) => sum + batch.rows, 0);
  };
  const restart = async (index: number) => {
    if (!restoreBefore.includes(index)) return;
    blobs = { ...blobs, ...(await lane.snapshot()) };
    lane = await make();
    await lane.restore(blobs);
  };
  for (const [index, batch] of batches.entries()) {
    await restart(index);
    take(await lane.process(batch));
  }
  await restart(batches.length);
  take(await lane.end());
  return { detections, keys, told: told.sort(), dead, events };
}
