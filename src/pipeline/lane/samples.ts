import { type Micros, type RecordBatch, recordCount } from '../../core/index.ts';
import { sampleOf } from '../../parsers/index.ts';

/** Bytes of an input that its format is recognised from. */
export const SAMPLE_BYTES = 65_536;
/** Of all inputs together; beyond, the one that waits longest is as good as full. */
const MOST_BYTES = 16 * 1024 ** 2;
const MOST_INPUTS = 4096;
/** An input that gives nothing more for so long is recognised from what it gave. */
const SILENT: Micros = 1_000_000;

interface Sample {
  readonly batches: RecordBatch[];
  bytes: number;
  silent: Micros;
}

export type SamplesState = readonly RecordBatch[];

/** The first records of inputs, which wait until there are enough to recognise a format from, so that it does not depend on how they are cut. */
export class Samples {
  private readonly byInput = new Map<string, Sample>();
  records = 0;
  bytes = 0;

  has(input: string): boolean {
    return this.byInput.has(input);
  }

  add(records: RecordBatch): void {
    const { input, bytes } = records;
    if (bytes.length === 0 && !this.has(input)) return;
    const sample = this.byInput.get(input) ?? { batches: [], bytes: 0, silent: 0 };
    this.byInput.set(input, sample);
    sample.batches.push(records);
    sample.bytes += bytes.length;
    sample.silent = 0;
    this.records += recordCount(records);
    this.bytes += bytes.length;
  }

  /** Those with enough, or to which nothing will be added. */
  takeFull(): RecordBatch[][] {
    const full = ({ batches, bytes }: Sample) => bytes >= SAMPLE_BYTES || batches.at(-1)?.last === true;
    const taken = this.take(full);
    while (this.bytes > MOST_BYTES || this.byInput.size > MOST_INPUTS) taken.push(...this.take(() => true, 1));
    return taken;
  }

  /** Those that gave nothing more for long enough, `step` later. */
  takeSilent(step: Micros): RecordBatch[][] {
    for (const sample of this.byInput.values()) sample.silent += step;
    return this.take(({ silent }) => silent >= SILENT);
  }

  takeAll(): RecordBatch[][] {
    return this.take(() => true);
  }

  private take(isDue: (sample: Sample) => boolean, most = Number.POSITIVE_INFINITY): RecordBatch[][] {
    const taken: RecordBatch[][] = [];
    for (const [input, sample] of [...this.byInput]) {
      if (taken.length >= most || !isDue(sample)) continue;
      this.byInput.delete(input);
      this.bytes -= sample.bytes;
      this.records -= sample.batches.reduce((sum, batch) => sum + recordCount(batch), 0);
      taken.push(sample.batches);
    }
    return taken;
  }

  snapshot(): SamplesState {
    return [...this.byInput.values()].flatMap(({ batches }) => batches);
  }

  restore(state: SamplesState): void {
    for (const batch of state) this.add(batch);
  }
}

/** The first `SAMPLE_BYTES` of a sample, a record a line. */
export function textOf(sample: readonly RecordBatch[]): Uint8Array {
  const bytes = new Uint8Array(SAMPLE_BYTES);
  let at = 0;
  for (const batch of sample) {
    const part = sampleOf(batch).subarray(0, SAMPLE_BYTES - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.subarray(0, at);
}
