import type { RecordBatch } from './contracts.ts';

/** HTTP headers by which a collector numbers what it sends, so that a batch that comes again is not taken again. */
export const DELIVERY_HEADERS = {
  /** Which collector; the same as long as its spool is. */
  collector: 'vedette-collector',
  /** Which of its sources. */
  stream: 'vedette-stream',
  /** 1, 2, 3 … of the stream; gaps are allowed, going back means that it came again. */
  sequence: 'vedette-sequence',
  /** Where the records come from, percent-encoded: host, source and file. */
  input: 'vedette-input',
} as const;

/** A numbered batch of a stream whose sender sends it again until it is answered. */
export interface Delivery {
  readonly stream: string;
  readonly sequence: number;
}

const GENERATION = 'delivery:';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SEQUENCE = /^[1-9]\d{0,14}$/;

/** A batch carries its delivery as generation and offset, so that it is durable together with the records. */
export function deliveryGeneration({ stream }: Delivery): string {
  return `${GENERATION}${stream}`;
}

export function deliveryOf({ generation, offset }: Pick<RecordBatch, 'generation' | 'offset'>): Delivery | undefined {
  return generation.startsWith(GENERATION) ? { stream: generation.slice(GENERATION.length), sequence: offset } : undefined;
}

/** The delivery that headers name; undefined where they name none, or one that is no delivery. */
export function deliveryFrom(headers: Readonly<Record<string, string | string[] | undefined>>): Delivery | undefined {
  const [collector, stream, sequence] = (['collector', 'stream', 'sequence'] as const).map((name) => headers[DELIVERY_HEADERS[name]]);
  if (typeof collector !== 'string' || typeof stream !== 'string' || typeof sequence !== 'string') return undefined;
  if (!NAME.test(collector) || !NAME.test(stream) || !SEQUENCE.test(sequence)) return undefined;
  return { stream: `${collector}/${stream}`, sequence: Number(sequence) };
}
