import type { Micros } from '../core/index.ts';
import type { Pump } from './flow/pump.ts';
import type { Lane } from './lane/lane.ts';
import { mergedStatus } from './lane/merged-status.ts';
import type { SourceStatus } from './status.ts';

interface Watched {
  readonly lane: Lane;
  readonly pump: Pump;
  readonly failedBatches: number;
  /** Records at the status before. */
  recordsBefore: number;
}

/** What a source does now; `seconds` since its status was asked for before. */
export function sourceStatus(running: Watched, now: Micros, seconds: number): SourceStatus {
  const { lane, pump } = running;
  const { records } = lane.counters;
  const recordsPerSecond = (records - running.recordsBefore) / seconds;
  running.recordsBefore = records;
  const watermark = Number.isFinite(lane.watermark.value) ? lane.watermark.value : Number.NaN;
  return {
    name: lane.source.name,
    type: lane.source.type,
    state: pump.state,
    lastError: pump.lastError,
    queueBytes: pump.queue.weight,
    queueBatches: pump.queue.length,
    recordsPerSecond,
    watermark,
    lag: now - watermark,
    feature: lane.feature,
    counters: { ...lane.counters, ...lane.ownCounters, failures: pump.counters.failures, failedBatches: running.failedBatches },
    sourceCounters: pump.sourceCounters(),
    clocks: lane.offClocks ?? [],
    detectors: mergedStatus([...lane.scorers, ...lane.rules].map((detector) => detector.status())),
  };
}
