import { requireSameLength } from './binary.ts';

export interface VolumeUnderSurface {
  readonly roc: number;
  readonly precisionRecall: number;
}

/** Thresholds of the published implementation. */
const THRESHOLDS = 250;

interface Segment {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

/**
 * VUS-ROC and VUS-PR (Paparrizos et al. 2022): the areas under range-aware curves, averaged over buffers of 0..`largestBuffer`
 * rows around each labelled range, so that a score that rises a little early or late still counts in part. Not point-adjusted.
 * Labels: any value but 0 is abnormal; higher scores are more abnormal. NaN when one class is missing or a score is NaN.
 */
export function volumeUnderSurface(labels: ArrayLike<number>, scores: Float64Array, largestBuffer: number): VolumeUnderSurface {
  requireSameLength(labels, scores);
  const rows = scores.length;
  const ranges = labelledRanges(labels);
  const positives = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (positives === 0 || positives === rows || scores.some(Number.isNaN)) return { roc: Number.NaN, precisionRecall: Number.NaN };
  const { level, raised } = thresholdLevels(scores);
  const widest = merged(ranges, largestBuffer, rows);
  const inside = withinRanges(level, ranges);
  let roc = 0;
  let precisionRecall = 0;
  for (let buffer = 0; buffer <= largestBuffer; buffer++) {
    const weight = extended(labels, ranges, buffer);
    const segments = merged(ranges, buffer, rows);
    const hits = new Float64Array(THRESHOLDS);
    for (const { from, to } of widest) {
      for (let row = from; row <= to; row++) {
        const at = level[row] as number;
        if (at < THRESHOLDS) hits[at] = (hits[at] as number) + (weight[row] as number);
      }
    }
    const touched = new Float64Array(THRESHOLDS);
    for (const { from, to } of segments) {
      let first = THRESHOLDS;
      for (let row = from; row <= to; row++) first = Math.min(first, level[row] as number);
      if (first < THRESHOLDS) touched[first] = (touched[first] as number) + 1;
    }
    let hit = 0;
    let hitInside = 0;
    let found = 0;
    let before = { recall: 0, fallOut: 0 };
    let areaRoc = 0;
    let areaPr = 0;
    for (let k = 0; k < THRESHOLDS; k++) {
      hit += hits[k] as number;
      hitInside += inside[k] as number;
      found += touched[k] as number;
      // The labelled rows count whole, the buffers as far as they are raised.
      const wanted = positives + (hit - hitInside) / 2;
      const recall = Math.min(1, hit / wanted) * (found / segments.length);
      const fallOut = ((raised[k] as number) - hit) / (rows - wanted);
      areaRoc += ((fallOut - before.fallOut) * (recall + before.recall)) / 2;
      areaPr += (recall - before.recall) * (hit / (raised[k] as number));
      before = { recall, fallOut };
    }
    roc += areaRoc + ((1 - before.fallOut) * (1 + before.recall)) / 2;
    precisionRecall += areaPr;
  }
  return { roc: roc / (largestBuffer + 1), precisionRecall: precisionRecall / (largestBuffer + 1) };
}

/** Per row the first threshold that raises it; per threshold the number of rows raised. */
function thresholdLevels(scores: Float64Array): { level: Int32Array; raised: Float64Array } {
  const sorted = scores.slice().sort().reverse();
  const thresholds = Float64Array.from(
    { length: THRESHOLDS },
    (_, k) => sorted[Math.floor(((scores.length - 1) * k) / (THRESHOLDS - 1))] as number,
  );
  const level = Int32Array.from(scores, (score) => {
    let low = 0;
    let high = THRESHOLDS;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((thresholds[middle] as number) <= score) high = middle;
      else low = middle + 1;
    }
    return low;
  });
  const raised = new Float64Array(THRESHOLDS);
  for (const at of level) if (at < THRESHOLDS) raised[at] = (raised[at] as number) + 1;
  for (let k = 1; k < THRESHOLDS; k++) raised[k] = (raised[k] as number) + (raised[k - 1] as number);
  return { level, raised };
}

function withinRanges(level: Int32Array, ranges: readonly Segment[]): Float64Array {
  const counts = new Float64Array(THRESHOLDS);
  for (const { from, to } of ranges) {
    for (let row = from; row <= to; row++) {
      const at = level[row] as number;
      if (at < THRESHOLDS) counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts;
}

function labelledRanges(labels: ArrayLike<number>): Segment[] {
  const ranges: Segment[] = [];
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 0) continue;
    const from = row;
    while (row + 1 < labels.length && labels[row + 1] !== 0) row++;
    ranges.push({ from, to: row });
  }
  return ranges;
}

/** Ranges with half the buffer on either side; those that then meet become one. */
function merged(ranges: readonly Segment[], buffer: number, rows: number): Segment[] {
  const half = Math.floor(buffer / 2);
  const out: Segment[] = [];
  for (const range of ranges) {
    const next = { from: Math.max(0, range.from - half), to: Math.min(rows - 1, range.to + half) };
    const last = out.at(-1);
    if (last !== undefined && last.to >= next.from) out[out.length - 1] = { from: last.from, to: next.to };
    else out.push(next);
  }
  return out;
}

/** 1 on labelled rows, falling with the root of the distance in the buffers. */
function extended(labels: ArrayLike<number>, ranges: readonly Segment[], buffer: number): Float64Array {
  const weight = Float64Array.from(labels, (label) => (label === 0 ? 0 : 1));
  const half = Math.floor(buffer / 2);
  for (const { from, to } of ranges) {
    for (let distance = 1; distance <= half; distance++) {
      const share = Math.sqrt(1 - distance / buffer);
      for (const row of [from - distance, to + distance]) {
        if (row >= 0 && row < weight.length) weight[row] = Math.min(1, (weight[row] as number) + share);
      }
    }
  }
  return weight;
}
