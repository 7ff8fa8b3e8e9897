import protobuf from 'protobufjs/minimal.js';
import type { OtlpRequest } from './otlp-json.ts';

/** How a field of a message is read: a message of its own, or a scalar. */
type Field = readonly [name: string, how: Message | Scalar, repeated?: 'repeated'];
type Message = { readonly [field: number]: Field };
type Scalar = 'string' | 'double' | 'fixed64' | 'sfixed64' | 'int64' | 'bool' | 'enum';

/** Fields of opentelemetry/proto/metrics/v1 that are read; all others are passed over. */
const VALUE: Message = { 1: ['stringValue', 'string'], 2: ['boolValue', 'bool'], 3: ['intValue', 'int64'], 4: ['doubleValue', 'double'] };
const ATTRIBUTE: Message = { 1: ['key', 'string'], 2: ['value', VALUE] };
const NUMBER: Message = {
  3: ['timeUnixNano', 'fixed64'],
  4: ['asDouble', 'double'],
  6: ['asInt', 'sfixed64'],
  7: ['attributes', ATTRIBUTE, 'repeated'],
};
const HISTOGRAM: Message = {
  3: ['timeUnixNano', 'fixed64'],
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  9: ['attributes', ATTRIBUTE, 'repeated'],
};
const SUMMARY: Message = {
  3: ['timeUnixNano', 'fixed64'],
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  7: ['attributes', ATTRIBUTE, 'repeated'],
};
const METRIC: Message = {
  1: ['name', 'string'],
  5: ['gauge', { 1: ['dataPoints', NUMBER, 'repeated'] }],
  7: ['sum', { 1: ['dataPoints', NUMBER, 'repeated'], 2: ['aggregationTemporality', 'enum'], 3: ['isMonotonic', 'bool'] }],
  9: ['histogram', { 1: ['dataPoints', HISTOGRAM, 'repeated'], 2: ['aggregationTemporality', 'enum'] }],
  11: ['summary', { 1: ['dataPoints', SUMMARY, 'repeated'] }],
};
const REQUEST: Message = {
  1: [
    'resourceMetrics',
    {
      1: ['resource', { 1: ['attributes', ATTRIBUTE, 'repeated'] }],
      2: ['scopeMetrics', { 2: ['metrics', METRIC, 'repeated'] }, 'repeated'],
    },
    'repeated',
  ],
};

/** `ExportMetricsServiceRequest` as protobuf -> what its JSON mapping gives. Throws RangeError for what is no such message. */
export function decodeOtlp(body: Uint8Array): OtlpRequest {
  const reader = protobuf.Reader.create(body);
  return readMessage(reader, reader.len, REQUEST) as OtlpRequest;
}

function readMessage(reader: protobuf.Reader, end: number, message: Message): Record<string, unknown> {
  if (end > reader.len) throw new RangeError('a part is longer than its message');
  const out: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = message[tag >>> 3];
    const wire = tag & 7;
    if (field === undefined || wire !== wireOf(field[1])) {
      reader.skipType(wire);
      continue;
    }
    const [name, how, repeated] = field;
    const value = typeof how === 'string' ? readScalar(reader, how) : readMessage(reader, reader.uint32() + reader.pos, how);
    if (repeated === undefined) out[name] = value;
    else {
      const list = (out[name] ?? []) as unknown[];
      out[name] = list;
      list.push(value);
    }
  }
  return out;
}

function wireOf(how: Message | Scalar): number {
  if (how === 'int64' || how === 'bool' || how === 'enum') return 0;
  return how === 'double' || how === 'fixed64' || how === 'sfixed64' ? 1 : 2;
}

function readScalar(reader: protobuf.Reader, how: Scalar): string | number | boolean {
  switch (how) {
    case 'string':
      return reader.string();
    case 'double':
      return reader.double();
    case 'bool':
      return reader.bool();
    case 'enum':
      return reader.int32();
    default:
      return Number(reader[how]().toString());
  }
}
