import { decodeUtf8, VedetteError } from '../../core/index.ts';
import { CaptureReader, FlowMeter, isCapture } from '../../parsers/packets/index.ts';
import { type FileInput, headBytes, readBytes, readFiles } from '../../sources/index.ts';
import { readParquet } from '../../store/index.ts';
import { FlowRows } from './flow-rows.ts';
import type { FlowTable } from './flow-table.ts';
import { MeteredRows } from './metered-flows.ts';

export interface ReadFlowOptions {
  /** Column that holds the class; default: the first that is known as one. */
  readonly label?: string;
  readonly include?: readonly string[];
  /** Most rows before LIMIT_EXCEEDED. Default 5 million. */
  readonly maxRows?: number;
  readonly progress?: (share: number) => void;
}

const PARQUET = /\.parquet$/i;

/**
 * Flow CSVs (CICFlowMeter of any release, FlowMeter, Argus, UNSW-NB15 and NSL-KDD with or without header, and any other with a
 * header line, or lines of JSON; plain, gzip, zstd, zip, folders) and Parquet as one table, and captures, whose packets are metered into
 * flows of all columns. Inputs are joined by column name.
 */
export async function readFlows(paths: readonly string[], options: ReadFlowOptions = {}): Promise<FlowTable> {
  const table = new FlowRows(options.label, options.maxRows ?? 5_000_000);
  const files = readFiles(paths, { framing: 'lines', digest: true, ...(options.include && { include: options.include }) });
  const inputs = await files.inputs();
  const parquet = inputs.filter(({ name }) => PARQUET.test(name));
  const captures: FileInput[] = [];
  for (const input of inputs) if (await startsCapture(input)) captures.push(input);
  const [kind, alone] = parquet.length > 0 ? ['Parquet', parquet] : ['captures', captures];
  if (alone.length > 0 && alone.length < inputs.length) {
    throw new VedetteError('FORMAT_INVALID', `${paths.join(', ')} holds ${kind} and other files`, { hint: 'give one kind at a time' });
  }
  const metered = new Map<string, string>();
  if (parquet.length > 0) for (const input of parquet) await readParquetFlows(input, table);
  else if (captures.length > 0) for (const input of captures) metered.set(input.name, await meterFlows(input, table));
  else await readCsvFlows(files, inputs, table, options.progress);
  const read = inputs.filter(({ name }) => !table.skipped.has(name));
  const digests = read.map(({ name }) => ({ name, sha256: metered.get(name) ?? files.digest(name) ?? '' }));
  return table.finish(paths, digests);
}

async function readCsvFlows(
  files: ReturnType<typeof readFiles>,
  inputs: readonly FileInput[],
  table: FlowRows,
  progress: (share: number) => void = () => {},
): Promise<void> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  let input = '';
  let header = false;
  for await (const batch of files.read({ positions: [] }, new AbortController().signal)) {
    if (batch.input !== input) {
      input = batch.input;
      header = false;
    }
    let number = batch.line - 1;
    for (const { line, from, to } of linesOf(batch.bytes, batch.ends)) {
      number++;
      if (line.trim() === '' || table.skipped.has(input)) continue;
      const place = { input, line: number, offset: batch.offset + from, length: to - from };
      if (line.startsWith('{')) {
        table.addObject(place, line);
        continue;
      }
      if (!header) {
        header = true;
        if (table.begin(input, line)) continue;
        if (table.skipped.has(input)) continue;
      }
      table.add(place, line);
    }
    progress(total === 0 ? 1 : Math.min(1, files.bytesRead() / total));
  }
}

async function startsCapture(input: FileInput): Promise<boolean> {
  return input.bytes > 0 && headBytes(input, 4).then(isCapture, () => false);
}

/** The flows of a capture. Returns the SHA-256 of the input. */
async function meterFlows(input: FileInput, table: FlowRows): Promise<string> {
  const rows = new MeteredRows(input.name, table);
  const meter = new FlowMeter((flow) => rows.add(flow));
  const stream = readBytes(input);
  for await (const batch of new CaptureReader({ input: input.name }).read(stream.chunks)) meter.add(batch);
  meter.flush();
  return stream.digest();
}

async function readParquetFlows(input: FileInput, table: FlowRows): Promise<void> {
  let row = 0;
  for await (const chunk of readParquet(input.path)) {
    const names = Object.keys(chunk);
    if (row === 0) table.columnsOf(names, ',');
    const columns = names.map((name) => chunk[name] ?? []);
    for (let i = 0; i < (columns[0]?.length ?? 0); i++) {
      row++;
      table.addCells(
        { input: input.name, line: row, offset: 0, length: 0 },
        columns.map((column) => String(column[i] ?? '')),
        Number.NaN,
      );
    }
  }
}

function* linesOf(bytes: Uint8Array, ends?: Uint32Array): Generator<{ readonly line: string; readonly from: number; readonly to: number }> {
  let from = 0;
  const cut = (to: number) => ({
    line: decodeUtf8(bytes, from, to)
      .replace(/\r?\n?$/, '')
      .replace(/^\ufeff/, ''),
    from,
    to,
  });
  if (ends !== undefined) {
    for (const end of ends) {
      yield cut(end);
      from = end;
    }
    return;
  }
  while (from < bytes.length) {
    const at = bytes.indexOf(10, from);
    const end = at < 0 ? bytes.length : at + 1;
    yield cut(end);
    from = end;
  }
}
