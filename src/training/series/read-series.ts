import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { SeriesFrame } from '../../core/index.ts';
import {
  DEFAULT_MODS_QUERY,
  ModsReader,
  modsPath,
  parseModsQuery,
  parseSeriesJson,
  parseSeriesTable,
  parseTimeRange,
  type TableOptions,
  tellsWalks,
} from '../../parsers/index.ts';
import { type FileInput, listInputs, readBytes, withoutEmpty } from '../../sources/index.ts';
import { ratesOfCounters } from './counter-columns.ts';
import { isParquet, readParquetSeries } from './parquet-series.ts';
import { readSnmpSeries } from './snmp-series.ts';

/** One delimited file, gzip undone. */
export async function readTable(path: string, options: TableOptions): Promise<SeriesFrame> {
  const bytes = await readFile(path);
  return parseSeriesTable((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8'), options);
}

export interface ReadSeriesOptions {
  /** DEEP MODS: which columns of which protocols. */
  readonly query?: string;
  /** DEEP MODS: `w01h-s10m`, `w10m-s01m`, `w10m-s10m`. */
  readonly windowSlide?: string;
  /** DEEP MODS: `<2019-06-01,2019-06-03)`. */
  readonly range?: string;
  readonly excluded?: readonly string[];
  /** Zone of times in tables that name none; absent = UTC. */
  readonly timezone?: string;
  /** Columns of tables that are no readings, such as labels. */
  readonly ignore?: readonly string[];
}

/** A frame and the input it came from. */
export interface NamedFrame {
  readonly name: string;
  readonly frame: SeriesFrame;
  /** Hex SHA-256 of the stored bytes. */
  readonly sha256: string;
  /** Stored bytes; 0 where they are unknown. */
  readonly bytes: number;
}

/** Largest input read into memory, after decompression. */
const MOST_BYTES = 1 << 29;
/** Tells what a text is. */
const HEAD_TEXT = 65_536;

/** Series of files, folders and archives: the files of a DEEP MODS tree as one frame, every other file as its own. */
export async function readSeries(paths: readonly string[], options: ReadSeriesOptions = {}): Promise<NamedFrame[]> {
  return framesOf(withoutEmpty(await listInputs(paths)), options);
}

/** The same of inputs that are listed already. */
export async function framesOf(inputs: readonly FileInput[], options: ReadSeriesOptions = {}): Promise<NamedFrame[]> {
  const mods = inputs.filter(({ name, path }) => modsPath(name) !== undefined || modsPath(path) !== undefined);
  if (mods.length > 0) return [await readMods(mods, options)];
  const zone = options.timezone === undefined ? {} : { timezone: options.timezone };
  const frames: NamedFrame[] = [];
  for (const input of inputs) {
    if (await isParquet(input)) {
      const { frame, sha256 } = await readParquetSeries(input, options.ignore ?? []);
      frames.push({ name: input.name, bytes: input.bytes, frame: ratesOfCounters(frame), sha256 });
      continue;
    }
    const { text, sha256 } = await textOf(input);
    if (tellsWalks(text.slice(0, HEAD_TEXT).split(/\r?\n/).slice(0, -1))) {
      frames.push({ name: input.name, sha256, bytes: input.bytes, frame: readSnmpSeries(text, input.name) });
      continue;
    }
    const isJson = /^\s*[[{]/.test(text.slice(0, 100));
    frames.push({
      name: input.name,
      sha256,
      bytes: input.bytes,
      frame: ratesOfCounters(
        isJson
          ? parseSeriesJson(text, input.name, options.timezone)
          : parseSeriesTable(text, { name: input.name, ignore: options.ignore ?? [], ...zone }),
      ),
    });
  }
  return frames;
}

async function readMods(inputs: readonly FileInput[], options: ReadSeriesOptions): Promise<NamedFrame> {
  const reader = new ModsReader({
    query: parseModsQuery(options.query ?? DEFAULT_MODS_QUERY),
    windowSlide: options.windowSlide ?? 'w01h-s10m',
    ...(options.range === undefined ? {} : { range: parseTimeRange(options.range) }),
    excluded: (options.excluded ?? []).map(parseTimeRange),
  });
  let sha256 = '';
  let bytes = 0;
  for (const input of inputs) {
    const name = modsPath(input.name) === undefined ? input.path : input.name;
    if (!reader.wants(name)) continue;
    const read = await textOf(input);
    sha256 ||= read.sha256;
    bytes += input.bytes;
    reader.add(name, read.text);
  }
  return { name: 'deep-mods', frame: reader.finish(), sha256, bytes };
}

async function textOf(input: FileInput): Promise<{ text: string; sha256: string }> {
  const stream = readBytes(input);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream.chunks) {
    size += chunk.length;
    if (size > MOST_BYTES) break;
    chunks.push(chunk.slice());
  }
  return { text: Buffer.concat(chunks).toString('utf8'), sha256: stream.digest() };
}
