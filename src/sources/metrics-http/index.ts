import snappy from 'snappyjs';
import { define, encodeReading, type Reading, readingProblem } from '../../core/index.ts';
import { Refused } from '../http/body.ts';
import { HttpSource, httpConfig } from '../http/index.ts';
import type { Intake, Received } from '../http/intake.ts';
import { type OtlpRequest, readOtlp } from './otlp-json.ts';
import { decodeOtlp } from './otlp-protobuf.ts';
import { readWriteRequest } from './prometheus-write.ts';

/**
 * Prometheus remote-write 1.0 at `/api/v1/write`, OTLP at `/v1/metrics` (protobuf, JSON), and readings in the normal form, a JSON
 * object or an array of them, at any other path.
 */
export const metricsIntake: Intake = {
  encodings: {
    snappy(body, maxBytes) {
      try {
        return snappy.uncompress(body, maxBytes);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Refused(/too big/i.test(why) ? 413 : 400, `the body is no snappy block: ${why}`);
      }
    },
  },
  take(received) {
    const readings = readingsOf(received);
    return { records: readings.map(encodeReading), answer: received.path.endsWith('/v1/metrics') ? {} : { accepted: readings.length } };
  },
};

export default define({
  name: 'metrics-http',
  summary: 'Receives metrics over HTTP: Prometheus remote-write, OTLP (protobuf and JSON), readings as JSON; answers once they are durable',
  records: ['readings'],
  config: httpConfig.extend({
    port: httpConfig.shape.port.unwrap().default(7736).describe('Port; 0 takes a free one'),
  }),
  create: (settings, context): HttpSource => new HttpSource(settings, context, metricsIntake),
});

function readingsOf({ path, contentType, body }: Received): readonly Reading[] {
  try {
    if (path.endsWith('/api/v1/write')) return readWriteRequest(body);
    if (path.endsWith('/v1/metrics')) return readOtlp(/json/i.test(contentType) ? (json(body) as OtlpRequest) : decodeOtlp(body));
    const value = json(body);
    return (Array.isArray(value) ? value : [value]).map(checked);
  } catch (cause) {
    if (cause instanceof Refused) throw cause;
    throw new Refused(400, `the body cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function json(body: Uint8Array): object {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  if (typeof value !== 'object' || value === null) throw new Refused(400, 'the body is no JSON object');
  return value;
}

function checked(value: unknown): Reading {
  const problem = readingProblem(value);
  if (problem !== undefined) throw new Refused(400, `a reading was not taken: ${problem}`);
  return value as Reading;
}
