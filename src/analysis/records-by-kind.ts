import { type RecordBatch, systemClock } from '../core/index.ts';
import { type FileInput, listInputs, withoutEmpty } from '../sources/index.ts';
import { splitCaptures } from './capture/index.ts';
import { eventRecords } from './event-records.ts';
import { splitEvents } from './events/index.ts';
import { splitSeries } from './series/index.ts';

/** Kinds of records as sources name them. */
export type FileRecords = 'packets' | 'sensor' | 'lines';

export interface RecordsOfKind {
  readonly kind: FileRecords;
  /** Whole records, of captures pieces of the file; from beginning to end, once. */
  read(): AsyncIterable<RecordBatch>;
  /** 0..1 of all inputs, those of other kinds included. */
  share(): number;
}

/** What finite inputs hold besides readings, told by their first bytes as for an analysis, ready to be read. */
export async function recordsByKind(paths: readonly string[]): Promise<readonly RecordsOfKind[]> {
  const inputs = withoutEmpty(await listInputs(paths));
  const { captures, records: others } = await splitCaptures(inputs);
  const { events, records: tables } = await splitEvents(others);
  const { records } = await splitSeries(tables);
  const total = Math.max(1, bytesOf(inputs));
  const kinds: readonly (readonly [FileRecords, readonly FileInput[]])[] = [
    ['packets', captures],
    ['sensor', events.map(({ input }) => input)],
    ['lines', records],
  ];
  let before = 0;
  return kinds.flatMap(([kind, of]) => {
    if (of.length === 0) return [];
    const start = before;
    before += bytesOf(of);
    let done = 0;
    const read = () => recordsOf(kind, of, (bytes) => (done = bytes));
    return [{ kind, read, share: () => Math.min(1, (start + done) / total) }];
  });
}

const bytesOf = (inputs: readonly FileInput[]): number => inputs.reduce((sum, { bytes }) => sum + bytes, 0);

async function* recordsOf(kind: FileRecords, inputs: readonly FileInput[], progress: (bytes: number) => void): AsyncGenerator<RecordBatch> {
  const framing = kind === 'packets' ? ({ framing: 'pieces' } as const) : {};
  let before = 0;
  for (const input of inputs) {
    const file = await eventRecords(input, framing);
    try {
      for await (const batch of file.read()) {
        progress(before + file.share() * input.bytes);
        // Rows of Parquet files have no time of arrival.
        yield batch.arrival === 0 ? { ...batch, arrival: systemClock.now() } : batch;
      }
    } finally {
      await file.close();
    }
    before += input.bytes;
  }
}
