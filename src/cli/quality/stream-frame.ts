import { checkConfig, configSchema } from '../../config/index.ts';
import {
  encodeReading,
  type ForecastPoint,
  type RecordBatch,
  type SeriesFrame,
  type SeriesPoints,
  silentLogger,
} from '../../core/index.ts';
import { buildLane } from '../../pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../pipeline/index.ts';
import type { Finding, Lane } from '../../pipeline/lane/lane.ts';

/** What was forecast of one series several steps ahead, before any of them was known. */
export interface StreamedOutlook {
  /** Name as in `points`. */
  readonly series: string;
  /** Rows of the frame that were known. */
  readonly rows: number;
  /** 1..ahead */
  readonly points: readonly ForecastPoint[];
}

export interface Streamed {
  readonly points: readonly SeriesPoints[];
  /** Of every series after every batch; empty unless asked for. */
  readonly outlooks: readonly StreamedOutlook[];
  readonly findings: readonly Finding[];
  /** What its source's status said at the end. */
  readonly counters: Readonly<Record<string, number>>;
  /** CPU seconds of the process, trainings included. */
  readonly cpuSeconds: number;
}

/** Rows that arrive together; fewer where what is ahead is looked at after each. */
const BATCH_ROWS = 50;
const LOOKED_AT_ROWS = 10;
const components = loadComponents();

/**
 * A frame as readings of one device through the lane of readings, row by row in event time, each scored before the next is known.
 * Steps lie in the past, so trainings are waited for: the result does not depend on the machine.
 */
export async function streamFrame(frame: SeriesFrame, detectors: readonly Record<string, unknown>[], ahead = 0): Promise<Streamed> {
  const before = process.cpuUsage();
  const lane = await laneOf(detectors);
  const points: SeriesPoints[] = [];
  const findings: Finding[] = [];
  const outlooks: StreamedOutlook[] = [];
  try {
    const size = ahead === 0 ? BATCH_ROWS : LOOKED_AT_ROWS;
    for (let from = 0; from < frame.rows; from += size) {
      const output = await lane.process(batchOf(frame, from, Math.min(frame.rows, from + size)));
      points.push(...(output.points ?? []));
      findings.push(...output.findings);
      for (const { id, name } of ahead === 0 ? [] : (lane.series?.rows() ?? []))
        outlooks.push({ series: name, rows: Math.min(frame.rows, from + size), points: lane.series?.forecast(id, ahead) ?? [] });
    }
    const { points: rest = [], findings: found } = await lane.end();
    points.push(...rest);
    findings.push(...found);
    const { user, system } = process.cpuUsage(before);
    return { points, outlooks, findings, counters: { ...lane.ownCounters }, cpuSeconds: (user + system) / 1e6 };
  } finally {
    await lane.close?.();
  }
}

async function laneOf(detectors: readonly Record<string, unknown>[]): Promise<Lane> {
  const loaded = await components;
  const source = { type: 'host-metrics', name: 'stream', detectors };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, configSchema(catalogueOf(loaded)));
  const tenant = config.tenants.t;
  const [configured] = tenant?.sources ?? [];
  if (tenant === undefined || configured === undefined) throw new RangeError('the configuration has no source');
  const clock = { now: () => Number.MAX_SAFE_INTEGER };
  return buildLane(configured, tenant, { tenant: 't', config, components: loaded, clock, log: silentLogger });
}

function batchOf(frame: SeriesFrame, from: number, to: number): RecordBatch {
  const records: Uint8Array[] = [];
  for (let row = from; row < to; row++) {
    const time = frame.times[row] as number;
    for (const [c, series] of frame.channels.entries()) {
      const value = (frame.values[c] as Float64Array)[row] as number;
      if (Number.isFinite(value)) records.push(encodeReading({ time, entity: 'device', series, value }));
    }
  }
  const ends = new Uint32Array(records.length);
  let end = 0;
  for (const [i, record] of records.entries()) {
    end += record.length;
    ends[i] = end;
  }
  const arrival = frame.times[to - 1] as number;
  return { input: 'frame', generation: 'g', offset: from * 1e6, line: from + 1, bytes: Buffer.concat(records), ends, arrival, last: false };
}
