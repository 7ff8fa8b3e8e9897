import { concatFloats, type GroupBatch, type Random, seededRandom, shuffle, VedetteError } from '../../core/index.ts';
import { aggregated, surprise } from '../flow-novelty/aggregate.ts';
import { ARM_NAMES, armScores, fitNoveltyArms, type NoveltyArms } from '../flow-novelty/arms.ts';
import { crossFit, FOLDS } from '../flow-novelty/cross-fit.ts';
import { countPorts, type PortCounts } from '../flow-novelty/port-rarity.ts';
import type { FlowAlarmConfig } from './config.ts';
import { ENCODED_COLUMNS, encodeFlows, portCodes, RAW_COLUMNS } from './encode.ts';

/** Windows that are learnt from: raw flows, (members, RAW_COLUMNS), and where each window's begin. */
export interface Windows {
  readonly raw: Float32Array;
  /** windows + 1 entries. */
  readonly offsets: Int32Array;
}

/** What ordinary flows look like, and how flows of windows that the arms had not seen scored. */
export interface FlowAlarmModel {
  readonly ports: PortCounts;
  readonly arms: NoveltyArms;
  /** Scores of unseen flows by each arm, and their A. */
  readonly normal: readonly Float64Array[];
  readonly flows: Float64Array;
}

interface Learner {
  readonly ports: PortCounts;
  readonly arms: NoveltyArms;
}

const LEAST_FLOWS = 60;

/** Fits the arms and measures every window by a fit that had not seen it. */
export async function fitWindows(
  windows: Windows,
  options: FlowAlarmConfig,
  seed: number,
): Promise<{ readonly model: FlowAlarmModel; readonly statistics: Float64Array }> {
  const random = seededRandom(seed);
  const count = windows.offsets.length - 1;
  const learnt = drawWindows(windows, options.flows, random);
  const rest = Array.from({ length: count }, (_, window) => window).filter((window) => !learnt.has(window));
  const own = membersOf(windows, [...learnt]);
  if (own.length < LEAST_FLOWS) {
    throw new VedetteError('DATA_INSUFFICIENT', `${own.length} flows are too few to know what is usual, ${LEAST_FLOWS} are needed`, {
      hint: 'give more flows of ordinary days',
    });
  }
  const foldOf = own.map((member) => windowOf(windows.offsets, member) % FOLDS);
  const learn = async (raw: Float32Array) => {
    const ports = countPorts(portCodes(raw));
    const arms = await fitNoveltyArms(encodeFlows(raw, ports), ENCODED_COLUMNS.length, options, random);
    const model: Learner = { ports, arms };
    return { model, score: (of: Float32Array) => scoresOf(model, of, options.neighbours) };
  };
  const fitted = await crossFit({ values: rowsOf(windows.raw, own), columns: RAW_COLUMNS }, learn, (row) => foldOf[row] as number);
  const others = membersOf(windows, rest);
  const further = await fitted.score(rowsOf(windows.raw, others));
  const normal = ARM_NAMES.map((_, arm) => concatFloats([fitted.unseen[arm] as Float64Array, further[arm] as Float64Array]));
  const flows = aggregated(
    undefined,
    normal.map((scores) => surprise(scores, scores)),
  );
  const z = surprise(flows, flows);
  const position = new Map([...own, ...others].map((member, i) => [member, i]));
  const statistics = Float64Array.from({ length: count }, (_, window) =>
    statisticOf(windows.offsets, window, (member) => z[position.get(member) as number] as number),
  );
  return { model: { ...fitted.model, normal, flows }, statistics };
}

/** The surprise of every flow and the statistic of every window: sum(z - 1) / sqrt(n). */
export async function scoreWindows(
  model: FlowAlarmModel,
  { raw, offsets }: Windows,
  neighbours: number,
): Promise<{ readonly z: Float64Array; readonly statistics: Float64Array }> {
  const scores = await scoresOf(model, raw, neighbours);
  const A = aggregated(
    undefined,
    scores.map((score, arm) => surprise(model.normal[arm] as Float64Array, score)),
  );
  const z = surprise(model.flows, A);
  const statistics = Float64Array.from({ length: offsets.length - 1 }, (_, window) =>
    statisticOf(offsets, window, (member) => z[member] as number),
  );
  return { z, statistics };
}

export function windowsOf({ offsets }: GroupBatch, raw: Float32Array): Windows {
  const first = offsets[0] as number;
  const last = offsets.at(-1) as number;
  return { raw: raw.slice(first * RAW_COLUMNS, last * RAW_COLUMNS), offsets: offsets.map((offset) => offset - first) };
}

/** The latest `most` windows of both, the earlier ones first. */
export function latestWindows(before: Windows, after: Windows, most: number): Windows {
  const total = before.offsets.length - 1 + (after.offsets.length - 1);
  const shift = before.offsets.at(-1) as number;
  const offsets = [...before.offsets, ...Array.from(after.offsets.subarray(1), (offset) => offset + shift)];
  const cut = Math.max(0, total - most);
  const first = offsets[cut] as number;
  const raw = new Float32Array(before.raw.length + after.raw.length);
  raw.set(before.raw);
  raw.set(after.raw, before.raw.length);
  return { raw: raw.slice(first * RAW_COLUMNS), offsets: Int32Array.from(offsets.slice(cut), (offset) => offset - first) };
}

async function scoresOf({ ports, arms }: Learner, raw: Float32Array, neighbours: number): Promise<readonly Float64Array[]> {
  if (raw.length === 0) return ARM_NAMES.map(() => new Float64Array(0));
  const scores = await armScores(arms, encodeFlows(raw, ports), neighbours);
  return ARM_NAMES.map((arm) => scores[arm]);
}

function drawWindows({ offsets }: Windows, most: number, random: Random): ReadonlySet<number> {
  const order = shuffle(
    Array.from({ length: offsets.length - 1 }, (_, window) => window),
    random,
  );
  let left = most;
  const drawn = order.filter((window) => {
    if (left <= 0) return false;
    left -= (offsets[window + 1] as number) - (offsets[window] as number);
    return true;
  });
  return new Set(drawn.sort((a, b) => a - b));
}

function membersOf({ offsets }: Windows, windows: readonly number[]): number[] {
  return windows.flatMap((window) => {
    const from = offsets[window] as number;
    return Array.from({ length: (offsets[window + 1] as number) - from }, (_, i) => from + i);
  });
}

function windowOf(offsets: Int32Array, member: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] as number) <= member) low = middle;
    else high = middle;
  }
  return low;
}

function rowsOf(raw: Float32Array, members: readonly number[]): Float32Array {
  const out = new Float32Array(members.length * RAW_COLUMNS);
  for (const [i, member] of members.entries()) out.set(raw.subarray(member * RAW_COLUMNS, (member + 1) * RAW_COLUMNS), i * RAW_COLUMNS);
  return out;
}

function statisticOf(offsets: Int32Array, window: number, z: (member: number) => number): number {
  const [from, to] = [offsets[window] as number, offsets[window + 1] as number];
  let sum = 0;
  for (let member = from; member < to; member++) sum += z(member) - 1;
  return to > from ? sum / Math.sqrt(to - from) : 0;
}
