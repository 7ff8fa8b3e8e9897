import { type EventBatch, type Micros, type RuleDetector, silentLogger, systemClock, VedetteError, withoutPlaces } from '../core/index.ts';
import { rules } from '../detectors/index.ts';
import { featureRunner } from '../features/index.ts';
import type { BacktestFinding, BacktestOptions, BacktestResult } from './backtest.ts';
import { detectorNamed, madeWith } from './backtest-detector.ts';
import { randomFor } from './build.ts';
import { LaneRules } from './lane/rules.ts';

/** Most severe findings that are listed. */
const LISTED = 200;

/** Which stored events a backtest of a detector reads; USAGE with the reason where none would do. */
export async function backtestReads(type: string, options: Readonly<Record<string, unknown>>): Promise<'log' | 'flow'> {
  if (Object.hasOwn(rules, type)) {
    const { reads } = await ruleDetector(type, options, 1, '', true);
    if (reads.includes('log')) return 'log';
    if (reads.includes('flow')) return 'flow';
    throw unsuited(type, `reads ${reads.join(' and ')}, and a backtest replays stored log lines and flows`);
  }
  const definition = await detectorNamed(type);
  const parsed = definition.config.safeParse(options);
  // What is wrong with the options is said by the backtest itself.
  if (!parsed.success) return 'log';
  const context = { name: type, log: silentLogger, now: () => systemClock.now(), random: () => 0 };
  return definition.create(parsed.data, context).shape === 'groups' ? 'flow' : 'log';
}

/** What rules would have raised: nothing is learnt, every stored event is judged. */
export async function backtestRules({ detector, source, tenant, seed, lines, flows }: BacktestOptions): Promise<BacktestResult> {
  const { type, promisedRate: _none, ...own } = detector;
  const found = await ruleDetector(type, own, seed, `source/${source.name}/${type}`);
  const lane = new LaneRules(found, { tenant, source: source.name, detector: type });
  const raised = new Map<string, BacktestFinding>();
  const raise = (findings: ReturnType<LaneRules['take']>) => {
    // A condition that grows is told again under its id.
    for (const { detection } of findings) {
      const { id, start, entity, title, explanation, severity, pValue } = detection;
      raised.set(id, { id, time: start, entity, title, why: explanation.why, severity, pValue });
    }
  };
  let [read, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (batch: Parameters<LaneRules['take']>[0], times: Float64Array) => {
    read += batch.rows;
    for (const time of times) {
      if (time < from) from = time;
      if (time > to) to = time;
    }
    raise(lane.take(batch));
    if (Number.isFinite(to)) raise(lane.advance(to - source.eventTime.disorder));
  };
  if (found.reads.includes('log')) for await (const { batch } of lines) take(batch, batch.time);
  else for await (const batch of flows ?? noFlows()) take(batch, batch.columns.time as Float64Array);
  if (read === 0)
    throw new VedetteError(
      'DATA_INSUFFICIENT',
      `${source.name} has no stored events in that time that ${type} reads (${found.reads.join(', ')})`,
      {
        hint: 'Choose another time or another source.',
      },
    );
  raise(lane.advance(Number.MAX_SAFE_INTEGER as Micros));
  const all = [...raised.values()].sort((a, b) => b.severity - a.severity || a.time - b.time);
  return { lines: read, from, to, status: { ...lane.status(), flagged: all.length }, raised: all.slice(0, LISTED) };
}

async function* noFlows(): AsyncGenerator<EventBatch> {}

/** `placeless`: nothing of what its options name on this machine is read. */
async function ruleDetector(
  type: string,
  options: Readonly<Record<string, unknown>>,
  seed: number,
  stream: string,
  placeless = false,
): Promise<RuleDetector> {
  const definition = (await (rules[type] as NonNullable<(typeof rules)[string]>)()).default;
  const random = randomFor(seed, 'backtest', stream);
  const context = {
    name: type,
    log: silentLogger,
    now: () => systemClock.now(),
    random,
    features: featureRunner,
    declared: {},
    beside: [],
  };
  return madeWith(type, definition, placeless ? withoutPlaces(definition.config, options) : options, context);
}

function unsuited(type: string, why: string): VedetteError {
  return new VedetteError('USAGE', `${type} cannot be backtested: it ${why}`, {
    hint: 'Upload a capture or log: its analysis runs it over the whole file.',
  });
}
