import protobuf from 'protobufjs/minimal.js';
import { MAX_ENTITY_NAME, type Reading } from '../../core/index.ts';
import { seriesName } from '../live/series-name.ts';

const COUNTER = /_(total|count|sum|bucket)$/;
const MAX_LABELS = 64;

/**
 * A `prometheus.WriteRequest` (remote-write 1.0), uncompressed: time series with labels and samples. The instance (or else the
 * job) is the entity. Names that end as counters do are counters. NaN samples, stale markers among them, are no readings.
 * Throws RangeError for what is no such message.
 */
export function readWriteRequest(body: Uint8Array): Reading[] {
  const reader = protobuf.Reader.create(body);
  const readings: Reading[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) readTimeSeries(reader, reader.uint32() + reader.pos, readings);
    else reader.skipType(tag & 7);
  }
  return readings;
}

function readTimeSeries(reader: protobuf.Reader, end: number, readings: Reading[]): void {
  const labels = new Map<string, string>();
  const samples: { value: number; millis: number }[] = [];
  within(reader, end);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 10) {
      const [name, value] = readLabel(reader, reader.uint32() + reader.pos);
      if (labels.size < MAX_LABELS) labels.set(name, value);
    } else if (tag === 18) samples.push(readSample(reader, reader.uint32() + reader.pos));
    else reader.skipType(tag & 7);
  }
  const name = labels.get('__name__') ?? '';
  if (name === '') return;
  const entity = (labels.get('instance') ?? labels.get('job') ?? '').slice(0, MAX_ENTITY_NAME);
  const own = [...labels].filter(([label]) => label !== '__name__' && label !== 'instance');
  const series = seriesName(name, own);
  const type = COUNTER.test(name) ? 'counter' : 'gauge';
  for (const { value, millis } of samples) if (Number.isFinite(value)) readings.push({ time: millis * 1000, entity, series, value, type });
}

function readLabel(reader: protobuf.Reader, end: number): [string, string] {
  let [name, value] = ['', ''];
  within(reader, end);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 10) name = reader.string();
    else if (tag === 18) value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [name, value];
}

function readSample(reader: protobuf.Reader, end: number): { value: number; millis: number } {
  let [value, millis] = [Number.NaN, 0];
  within(reader, end);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 9) value = reader.double();
    else if (tag === 16) millis = Number(reader.int64().toString());
    else reader.skipType(tag & 7);
  }
  return { value, millis };
}

function within(reader: protobuf.Reader, end: number): void {
  if (end > reader.len) throw new RangeError('a part is longer than its message');
}
