import { TemplateNames } from '../alerts/index.ts';
import type { ComponentConfig, SourceConfig } from '../config/index.ts';
import {
  type Detector,
  type EventBatch,
  type LogBatch,
  type Micros,
  silentLogger,
  systemClock,
  type Template,
  VedetteError,
} from '../core/index.ts';
import { rules } from '../detectors/index.ts';
import type { SequenceChoice } from '../features/index.ts';
import { detectorNamed, madeWith } from './backtest-detector.ts';
import { backtestRules } from './backtest-rules.ts';
import { randomFor } from './build.ts';
import { findingOf } from './lane/finding.ts';
import type { Finding } from './lane/lane.ts';
import type { Flagged, LaneScorer, ScorerOptions, ScorerStatus } from './lane/lane-scorer.ts';
import { LanePairs } from './lane/pairs.ts';
import { Scorer } from './lane/scorer.ts';
import { StreamScorer } from './lane/stream-scorer.ts';
import { Streams } from './lane/streams.ts';
import { Tracks } from './lane/tracks.ts';

export interface BacktestOptions {
  readonly tenant: string;
  readonly source: SourceConfig;
  readonly detector: ComponentConfig;
  /** Promised false-alarm rate per scored unit. */
  readonly promise: number;
  readonly seed: number;
  readonly lines: AsyncIterable<{ readonly batch: LogBatch; readonly templates: readonly Template[] }>;
  /** Read instead of lines by a detector of flows; by their end. */
  readonly flows?: AsyncIterable<EventBatch>;
}

/** What a detector would have raised. */
export interface BacktestResult {
  /** Or flows. */
  readonly lines: number;
  readonly from: Micros;
  readonly to: Micros;
  readonly status: ScorerStatus;
  /** Of all that was flagged, the most severe. */
  readonly raised: readonly BacktestFinding[];
}

export interface BacktestFinding {
  readonly id: string;
  readonly time: Micros;
  readonly entity: string;
  readonly title: string;
  readonly why: string;
  readonly severity: number;
  readonly pValue: number;
}

const LISTED = 200;
/** Shapes of features that stored log lines give. */
const OF_LINES: readonly string[] = ['sequences', 'observations', 'series'];
/** The shape that stored flows give. */
const OF_FLOWS = 'groups';

/** Runs one detector over stored lines or flows as the pipeline would have: it learns from the first units and judges the rest. */
export async function backtest(options: BacktestOptions): Promise<BacktestResult> {
  const { source, detector: configured } = options;
  if (Object.hasOwn(rules, configured.type)) return backtestRules(options);
  const { features, learning } = source;
  const { type, promisedRate: _own, ...own } = configured;
  // The stream that the detector of the running source draws from.
  const random = randomFor(options.seed, options.tenant, `source/${source.name}/${type}`);
  const context = { name: `backtest/${type}`, log: silentLogger, now: () => systemClock.now(), random };
  const detector = madeWith(type, await detectorNamed(type), own, context);
  if (detector.shape !== OF_FLOWS && !OF_LINES.includes(detector.shape))
    throw new VedetteError('USAGE', `${type} reads ${detector.shape}, which stored log lines and flows do not give`, {
      hint:
        detector.shape === 'rows'
          ? 'It scores by a model that was trained before: train one on the stored flows, then score them with it, under "Try out".'
          : 'Run it beside the others (it raises nothing while it learns), or upload a file of the data.',
    });
  const scorerOptions: ScorerOptions = {
    ...{ tenant: options.tenant, source: source.name, detector: type, rate: options.promise },
    ...{ sessions: learning.sessions, maxSessions: learning.maxSessions, every: learning.every },
  };
  if (detector.shape === OF_FLOWS) return overFlows(options, detector, scorerOptions);
  const scorer = detector.shape === 'sequences' ? new Scorer(detector, scorerOptions) : new StreamScorer(detector, scorerOptions);
  const tracks = new Tracks(features as SequenceChoice, learning.lines);
  const streams = new Streams(new Set([detector.shape]));
  const raised: BacktestFinding[] = [];
  let templates: readonly Template[] = [];
  let [lines, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const judge = async (closed: readonly Parameters<Scorer['take']>[0][]) => {
    for (const batch of closed) {
      if (batch.shape !== detector.shape) continue;
      for (const flagged of await scorer.take(batch)) raised.push(summaryOf(scorer, flagged, templates));
    }
    if (raised.length > 2 * LISTED) raised.sort(mostSevere).splice(LISTED);
  };
  for await (const part of options.lines) {
    const { batch } = part;
    templates = part.templates;
    lines += batch.rows;
    for (const time of batch.time) {
      if (time < from) from = time;
      if (time > to) to = time;
    }
    await judge([...streams.add(batch, templates, false), ...tracks.add(batch, templates, false)]);
    await judge([...tracks.advance(to - source.eventTime.disorder), ...streams.advance(to - source.eventTime.disorder)]);
  }
  if (lines === 0)
    throw new VedetteError('DATA_INSUFFICIENT', `${source.name} has no stored log lines in that time, so nothing was tried`, {
      hint: 'Choose another time or a source of logs: stored readings are not replayed.',
    });
  await judge([...tracks.finish(templates), ...streams.finish()]);
  if (scorer instanceof StreamScorer) await scorer.close();
  return { lines, from, to, status: scorer.status(), raised: raised.sort(mostSevere).slice(0, LISTED) };
}

/** By the windows and the scorer of the lane that flows take. */
async function overFlows({ source, flows }: BacktestOptions, detector: Detector, options: ScorerOptions): Promise<BacktestResult> {
  const scorer = new Scorer(detector, options);
  const pairs = new LanePairs(source, [scorer]);
  const raised: BacktestFinding[] = [];
  const raise = (findings: readonly Finding[]) => {
    for (const { detection } of findings) raised.push(shown(detection, detection.id));
    if (raised.length > 2 * LISTED) raised.sort(mostSevere).splice(LISTED);
  };
  let [read, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const batch of flows ?? []) {
    read += batch.rows;
    for (const time of batch.columns.time as Float64Array) {
      if (time < from) from = time;
      if (time > to) to = time;
    }
    raise(await pairs.take([batch]));
  }
  if (read === 0)
    throw new VedetteError('DATA_INSUFFICIENT', `${source.name} has no stored flows in that time, so nothing was tried`, {
      hint: 'Choose another time or a source of packets, flow exports or sensors.',
    });
  raise(await pairs.finish());
  return { lines: read, from, to, status: scorer.status(), raised: raised.sort(mostSevere).slice(0, LISTED) };
}

const mostSevere = (a: BacktestFinding, b: BacktestFinding): number => b.severity - a.severity || a.time - b.time;

function summaryOf(scorer: LaneScorer, flagged: Flagged, templates: readonly Template[]): BacktestFinding {
  return shown(findingOf(scorer, flagged, '', new TemplateNames(templates)).detection, flagged.alertId);
}

function shown({ start, entity, title, explanation, severity, pValue }: Finding['detection'], id: string): BacktestFinding {
  return { id, time: start, entity, title, why: explanation.why, severity, pValue };
}
