import type { RecordBatch } from '../core/index.ts';
import { type FileInput, type ReadOptions, readBytes, readFiles } from '../sources/index.ts';
import { parquetLines } from '../store/index.ts';
import { isParquet } from '../training/series/index.ts';

export interface EventRecords {
  /** Whole records from beginning to end, once. */
  read(): AsyncIterable<RecordBatch>;
  /** 0..1 of the file. */
  share(): number;
  /** Hex SHA-256 of the stored bytes, after they were read. */
  sha256(): Promise<string>;
  close(): Promise<void>;
}

/** The records of a file of events: its lines, or the rows of a Parquet file as lines of JSON, whose offsets count these lines' bytes. */
export async function eventRecords(file: FileInput, options: Pick<ReadOptions, 'framing' | 'onProblem'> = {}): Promise<EventRecords> {
  return (await isParquet(file)) ? parquetRecords(file) : lineRecords(file, options);
}

function lineRecords(file: FileInput, options: Pick<ReadOptions, 'framing' | 'onProblem'>): EventRecords {
  const files = readFiles([file.path], { ...options, inputs: [file], digest: true });
  return {
    read: () => files.read({ positions: [] }, new AbortController().signal),
    share: () => (file.bytes === 0 ? 1 : Math.min(1, files.bytesRead() / file.bytes)),
    sha256: async () => files.digest(file.name) ?? '',
    close: () => files.close(),
  };
}

function parquetRecords(file: FileInput): EventRecords {
  let share = 0;
  return {
    async *read() {
      let [offset, line] = [0, 1];
      for await (const bytes of parquetLines(file.path)) {
        yield { input: file.name, generation: '', offset, line, bytes, arrival: 0, last: false };
        offset += bytes.length;
        for (const byte of bytes) if (byte === 10) line++;
      }
      share = 1;
    },
    share: () => share,
    async sha256() {
      const stream = readBytes(file);
      for await (const _ of stream.chunks);
      return stream.digest();
    },
    close: async () => {},
  };
}
