import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  DAY_FIRST,
  encodingText,
  type FlowForm,
  isFlowTable,
  mixedText,
  splitCaptures,
  splitEvents,
  splitSeries,
  type WrittenFlows,
  writeFlows,
} from '../../analysis/index.ts';
import type { Template } from '../../core/index.ts';
import { flowCellColumns } from '../../parsers/packets/index.ts';
import { StructuredLog, type StructuredRow } from '../../sinks/structured-log/index.ts';
import { type FileInput, listInputs, withoutBinary, withoutEmpty } from '../../sources/index.ts';
import { jsonLinesToParquet, type ParquetColumn, writeParquet } from '../../store/index.ts';
import { type ParsingOptions, readLogs } from '../../training/index.ts';
import type { ParserOptions } from '../commands/parser-options.ts';
import type { CommonOptions } from '../options.ts';
import { counted, note, print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { writeSensorEvents } from './parse-sensor.ts';
import { writeFlowTable, writeReadings } from './parse-tables.ts';
import { parsingOptions } from './parsing-options.ts';
import { spoolInputs } from './spooled-inputs.ts';

/** Logs of sensors. */
const SENSORS: ReadonlySet<string> = new Set(['suricata-eve', 'zeek']);

export interface ParseOptions extends CommonOptions, Omit<ParserOptions, 'format'> {
  readonly out: string;
  readonly format: 'csv' | 'json' | 'parquet';
  readonly flows: FlowForm;
}

/** With the name of the output, and how logs are read. */
type NamedOptions = ParseOptions & { readonly name: string; readonly parsing: ParsingOptions };

interface Parsed {
  readonly input: string;
  readonly format: string;
  readonly lines: number;
  readonly dead_letters: number;
  readonly templates: number;
  /** Of a capture or a flow table. */
  readonly flows?: number;
  /** Of the last date, where dates name no year. */
  readonly taken_year?: number;
  readonly assumed_day_first?: true;
  /** Recognised from its bytes; see `InputSummary`. */
  readonly encoding?: string;
  /** Events by format, where lines are of several. */
  readonly formats?: Readonly<Record<string, number>>;
  /** Why it could not be read to its end. */
  readonly problem?: string;
  readonly files: readonly string[];
}

export async function parse(given: readonly string[], options: ParseOptions): Promise<void> {
  const inputs = await spoolInputs(given);
  try {
    await parseFiles(inputs.paths, options);
  } finally {
    inputs.close();
  }
}

async function parseFiles(paths: readonly string[], options: ParseOptions): Promise<void> {
  const json = options.output === 'json';
  const progress = await startProgress('Parsing', json);
  try {
    const listed = withoutEmpty(await listInputs(paths));
    const { captures, records: lines } = await splitCaptures(listed);
    const parsing = await parsingOptions(options);
    const asLogs = options.logFormat !== undefined || options.templates !== undefined;
    const { events, records: others } = asLogs ? { events: [], records: [] } : await splitEvents(lines);
    const flows = new Map(events.filter(({ format }) => isFlowTable(format)).map(({ input, format }) => [input, format]));
    const sensors = new Map(events.filter(({ format }) => !isFlowTable(format)).map(({ input, format }) => [input, format]));
    const { series, records } = await splitSeries(others);
    const readings = new Set(series);
    const leftOut = new Set<string>();
    await withoutBinary(asLogs ? lines : records, listed.length, (name) => leftOut.add(name));
    const inputs = listed.filter(({ name }) => !leftOut.has(name));
    const names = outputNames(inputs);
    await mkdir(options.out, { recursive: true });
    const results: Parsed[] = [];
    for (const [i, input] of inputs.entries()) {
      const isTable = flows.has(input) || readings.has(input);
      const sensor = sensors.get(input);
      const parser = captures.includes(input)
        ? parseCapture
        : sensor !== undefined
          ? sensorParser(sensor)
          : isTable
            ? tableParser(flows.get(input))
            : parseInput;
      const named = { ...options, parsing, name: names.get(input) as string };
      results.push(await parser(input, named, (share) => progress.update((i + share) / inputs.length, input.name)));
    }
    progress.stop();
    for (const name of leftOut) note(`${name} is no text and was left out`);
    if (json) printJson({ inputs: results });
    else
      for (const one of results)
        print(
          `${one.input} (${one.format}): ${summaryOf(one)}`,
          ...yearNote(one),
          ...(one.assumed_day_first === undefined ? [] : [`  note: ${DAY_FIRST}`]),
          ...(one.encoding === undefined ? [] : [`  note: ${encodingText(one.encoding)}`]),
          ...(one.formats === undefined ? [] : [`  note: ${mixedText(one.formats)}`]),
          ...(one.problem === undefined ? [] : [`  note: it could not be read to its end: ${one.problem}`]),
          ...one.files.map((file) => `  ${file}`),
        );
  } finally {
    progress.stop();
  }
}

/** A capture becomes flows: `<file>_flows.csv`, `.json` (JSON lines) or `.parquet`. */
async function parseCapture(input: FileInput, options: NamedOptions, progress: (share: number) => void): Promise<Parsed> {
  const { flows: form, format } = options;
  const path = join(options.out, `${options.name}_flows.${format}`);
  const written =
    format === 'parquet' ? await writeFlowParquet(input, path, form, progress) : await writeFlows(input, path, { form, format, progress });
  const { packets, flows, problem } = written;
  return {
    input: input.name,
    format: 'packets',
    lines: packets,
    dead_letters: 0,
    templates: 0,
    flows,
    ...(problem && { problem }),
    files: [path],
  };
}

async function writeFlowParquet(input: FileInput, path: string, form: FlowForm, progress: (share: number) => void): Promise<WrittenFlows> {
  const lines = `${path}.lines.tmp`;
  try {
    const written = await writeFlows(input, lines, { form, format: 'json', progress });
    await jsonLinesToParquet(lines, flowCellColumns(form), path);
    return written;
  } finally {
    await rm(lines, { force: true });
  }
}

/** A flow table becomes `<file>_flows.csv`, a table of readings `<file>_readings.csv`; or `.json` (JSON lines), `.parquet`. */
function tableParser(flows: string | undefined) {
  const isFlows = flows !== undefined;
  return async (input: FileInput, options: NamedOptions, progress: (share: number) => void): Promise<Parsed> => {
    const { format } = options;
    const path = join(options.out, `${options.name}_${isFlows ? 'flows' : 'readings'}.${format}`);
    const { rows, dead, problem } = isFlows
      ? await writeFlowTable(input, path, format, progress)
      : await writeReadings(input, path, format);
    return {
      input: input.name,
      format: flows ?? 'readings',
      lines: rows,
      dead_letters: dead,
      templates: 0,
      ...(isFlows && { flows: rows }),
      ...(problem && { problem }),
      files: [path],
    };
  };
}

/** A log of a sensor becomes a table for each kind of event: `<file>_flow.csv`, `<file>_dns.csv`, or `.json` (JSON lines), `.parquet`. */
function sensorParser(sensor: string) {
  return async (input: FileInput, { out, format, name }: NamedOptions, progress: (share: number) => void): Promise<Parsed> => {
    const path = (kind: string) => join(out, `${name}_${kind}.${format}`);
    const { events, dead, problem, files } = await writeSensorEvents(input, path, format, progress);
    return { input: input.name, format: sensor, lines: events, dead_letters: dead, templates: 0, ...(problem && { problem }), files };
  };
}

function yearNote({ taken_year: year }: Parsed): string[] {
  if (year === undefined) return [];
  return [
    `  note: its dates name no year; its last is taken to be of ${year}, the latest that lies no later than a day after the file was changed last`,
  ];
}

function summaryOf(one: Parsed): string {
  const aside = one.dead_letters > 0 ? `, ${counted(one.dead_letters, 'record')} set aside` : '';
  if (one.format === 'readings') return `${counted(one.lines, 'row')}${aside}`;
  if (SENSORS.has(one.format)) return `${counted(one.lines, 'event')}${aside}`;
  if (one.format.startsWith('flow-')) return `${counted(one.lines, 'flow')}${aside}`;
  if (one.flows !== undefined) return `${counted(one.lines, 'packet')}, ${counted(one.flows, 'flow')}`;
  return `${counted(one.lines, 'event')}, ${counted(one.templates, 'template')}${aside}`;
}

async function parseInput(input: FileInput, options: NamedOptions, progress: (share: number) => void): Promise<Parsed> {
  const { name } = options;
  const structured = new StructuredLog(options.out, name);
  try {
    const read = await readLogs([input], {
      root: input.path.slice(0, input.path.length - (input.name.split('!')[0] as string).length) || '/',
      fields: true,
      sequences: false,
      timezone: 'UTC',
      progress,
      onBatch: (batch, templates) => structured.append(batch, templates),
      ...options.parsing,
    });
    const [summary] = read.inputs;
    const files =
      options.format === 'parquet'
        ? await writeParquetFiles(structured, read.templates, options.out, name)
        : Object.values(await structured.finish(options.format, read.templates));
    return {
      input: input.name,
      format: summary?.format ?? '',
      lines: summary?.lines ?? 0,
      dead_letters: summary?.dead ?? 0,
      templates: structured.templateRows().length,
      ...(summary?.takenYear !== undefined && { taken_year: summary.takenYear }),
      ...(summary?.assumedDayFirst && { assumed_day_first: true }),
      ...(summary?.encoding !== undefined && { encoding: summary.encoding }),
      ...(summary?.formats !== undefined && { formats: summary.formats }),
      ...(summary?.problem && { problem: summary.problem }),
      files,
    };
  } finally {
    await structured.remove();
  }
}

/** Base names without compression: `HDFS_2k.log.gz` gives `HDFS_2k.log_structured.csv`. Where several inputs have one they get their folders too, and numbers if need be. */
function outputNames(inputs: readonly FileInput[]): ReadonlyMap<FileInput, string> {
  const bare = ({ name }: FileInput) => name.replaceAll('!', '/').replace(/\.(?:gz|zst)$/i, '');
  const short = inputs.map((input) => basename(bare(input)));
  const names = new Map<FileInput, string>();
  const taken = new Set<string>();
  for (const [i, input] of inputs.entries()) {
    const isAlone = short.indexOf(short[i] as string) === short.lastIndexOf(short[i] as string);
    const wanted = isAlone ? (short[i] as string) : bare(input).replaceAll('/', '_');
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    names.set(input, name);
  }
  return names;
}

/** Rows of one Parquet file are held in memory by column; a million events take about a gigabyte. */
async function writeParquetFiles(
  structured: StructuredLog,
  templates: readonly Template[],
  folder: string,
  name: string,
): Promise<string[]> {
  structured.settle(templates);
  const rows: StructuredRow[] = [];
  for await (const row of structured.rows()) rows.push(row);
  const text = (column: string, of: (row: StructuredRow) => string): ParquetColumn => ({
    name: column,
    type: 'string',
    values: rows.map(of),
  });
  const columns: ParquetColumn[] = [
    { name: 'LineId', type: 'integer', values: rows.map((row) => row.lineId) },
    ...structured.fields.map((field, i) => text(field, (row) => row.fields[i] ?? '')),
    text('Content', (row) => row.content),
    text('EventId', (row) => row.eventId),
    text('EventTemplate', (row) => row.eventTemplate),
    { name: 'ParameterList', type: 'strings', values: rows.map((row) => row.parameters) },
  ];
  const seen = structured.templateRows();
  const files = [join(folder, `${name}_structured.parquet`), join(folder, `${name}_templates.parquet`)];
  await writeParquet(columns, files[0] as string);
  await writeParquet(
    [
      { name: 'EventId', type: 'string', values: seen.map((row) => row.eventId) },
      { name: 'EventTemplate', type: 'string', values: seen.map((row) => row.eventTemplate) },
      { name: 'Occurrences', type: 'integer', values: seen.map((row) => row.occurrences) },
    ],
    files[1] as string,
  );
  return files;
}
