import { type EvidenceLine, sha256Hex, VedetteError } from '../../core/index.ts';
import type { FlowColumn } from '../../features/index.ts';
import { flowTime, headerlessColumns } from '../../parsers/index.ts';
import { splitCsv } from '../csv.ts';
import { fingerprintOf, isNormal, isPlaceholder } from '../data.ts';
import { ColumnCells, numberOf } from './cells.ts';
import { canonicalName, roleOf, sameName } from './columns.ts';
import type { FlowTable } from './flow-table.ts';

/** A table under construction. */
export class FlowRows {
  readonly skipped = new Map<string, string>();
  readonly #label: string | undefined;
  readonly #most: number;
  readonly #columns = new Map<string, ColumnCells>();
  /** Position in the current input's lines -> column; undefined: not kept. */
  #current: (ColumnCells | undefined)[] = [];
  #separator = ',';
  /** Of the last object. */
  #names = '';
  #cells = 0;
  readonly #keys: string[] = [];
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];
  readonly #hashes: number[] = [];
  #damaged = 0;

  constructor(label: string | undefined, most: number) {
    this.#label = label;
    this.#most = most;
  }

  /** Looks at the first line of an input; true where it is a header. */
  begin(input: string, line: string): boolean {
    const separator = line.includes('\t') && !line.includes(',') ? '\t' : ',';
    const cells = split(line, separator);
    const texts = cells.filter((cell) => numberOf(cell) === undefined).length;
    if (texts > cells.length / 2 && cells.length > 1) {
      this.columnsOf(cells, separator);
      return true;
    }
    const known = headerlessColumns(cells);
    if (known !== undefined) {
      this.columnsOf(known, separator);
      return false;
    }
    this.skipped.set(input, `its first line names no columns: ${JSON.stringify(line.slice(0, 60))}`);
    return false;
  }

  columnsOf(names: readonly string[], separator: string): void {
    this.#separator = separator;
    this.#cells = names.length;
    const seen = new Set<string>();
    this.#current = names.map((name) => {
      const key = canonicalName(name);
      // the original CIC-IDS2017 prints `Fwd Header Length` twice
      if (seen.has(key)) return undefined;
      seen.add(key);
      const known = this.#columns.get(key) ?? new ColumnCells();
      this.#columns.set(key, known);
      return known;
    });
  }

  add(place: EvidenceLine, line: string): void {
    const cells = split(line, this.#separator);
    if (cells.length !== this.#cells) {
      this.#damaged++;
      return;
    }
    this.addCells(place, cells, hashOf(line));
  }

  /** A row as an object of JSON; what it leaves out is absent. */
  addObject(place: EvidenceLine, line: string): void {
    let object: unknown;
    try {
      object = JSON.parse(line);
    } catch {
      this.#damaged++;
      return;
    }
    const names = Object.keys(object as object);
    const key = JSON.stringify(names);
    if (key !== this.#names) this.columnsOf(names, ',');
    this.#names = key;
    const cells = Object.values(object as object).map((value: unknown) =>
      value === null || typeof value === 'object' ? '' : String(value),
    );
    this.addCells(place, cells, hashOf(line));
  }

  addCells({ input, line, offset, length }: EvidenceLine, cells: readonly string[], hash: number): void {
    const row = this.#keys.push(`${input}:${line}`) - 1;
    this.#offsets.push(offset);
    this.#lengths.push(length);
    if (row >= this.#most) {
      throw new VedetteError('LIMIT_EXCEEDED', `more than ${this.#most} flows`, { hint: 'sample the data, or give fewer files' });
    }
    this.#hashes.push(hash);
    for (const [i, cell] of cells.entries()) this.#current[i]?.push(row, cell);
  }

  finish(paths: readonly string[], digests: readonly { name: string; sha256: string }[]): FlowTable {
    const rows = this.#keys.length;
    if (rows === 0) {
      throw new VedetteError('INPUT_EMPTY', `${paths.join(', ')} holds no flow`, {
        hint: [...this.skipped.values()][0] ?? 'give a CSV with a header line, or Parquet',
      });
    }
    const label = this.#labelColumn(paths);
    const labels = label === undefined ? undefined : namedLabels(this.#columns.get(label)?.texts(rows) ?? []);
    const first = (role: string) => [...this.#columns].find(([name]) => roleOf(name) === role)?.[1];
    const texts = (role: string) => first(role)?.texts(rows) ?? new Array<string>(rows).fill('');
    const numbers = (role: string) => first(role)?.numbers(rows) ?? new Float64Array(rows).fill(Number.NaN);
    const times = first('time')?.texts(rows);
    const time = times === undefined ? new Float64Array(rows).fill(Number.NaN) : Float64Array.from(times, flowTime);
    const columns = [...this.#columns]
      .filter(([name]) => name !== label)
      .map(
        ([name, cells]): FlowColumn =>
          cells.isText ? { name, kind: 'text', values: cells.texts(rows) } : { name, kind: 'number', values: cells.numbers(rows) },
      );
    const known = time.filter((at) => !Number.isNaN(at)).sort();
    return {
      rows,
      columns,
      ...(labels === undefined || labels.every(isPlaceholder) ? {} : { labels }),
      source: texts('source'),
      destination: texts('destination'),
      sourcePort: numbers('sourcePort'),
      destinationPort: numbers('destinationPort'),
      time,
      hash: Float64Array.from(this.#hashes),
      keys: this.#keys,
      offset: Float64Array.from(this.#offsets),
      length: Int32Array.from(this.#lengths),
      fingerprint: fingerprintOf(
        { rows },
        digests,
        known.length === 0 ? undefined : { from: known[0] as number, to: known[known.length - 1] as number },
      ),
      skipped: [...this.skipped].map(([input, reason]) => ({ input, reason })),
      damaged: this.#damaged,
    };
  }

  #labelColumn(paths: readonly string[]): string | undefined {
    const wanted = this.#label;
    const names = [...this.#columns.keys()];
    if (wanted === undefined) return names.find((name) => roleOf(name) === 'label');
    const found = names.find((name) => sameName(name, wanted));
    if (found !== undefined) return found;
    throw new VedetteError('FORMAT_INVALID', `no column ${wanted} in ${paths.join(', ')}`, {
      hint: `the columns are ${names.slice(0, 100).join(', ')}`,
    });
  }
}

/** 0..1, even over lines. */
function hashOf(line: string): number {
  return Number.parseInt(sha256Hex(line).slice(0, 8), 16) / 2 ** 32;
}

function split(line: string, separator: string): string[] {
  return separator === ',' ? splitCsv(line) : line.split(separator);
}

/** A blank is no label where other rows are called normal; where none is (`attack_cat` of UNSW-NB15), it means a normal flow. */
function namedLabels(given: readonly string[]): readonly string[] {
  const isBlank = (label: string) => label.trim() === '';
  if (!given.some(isBlank)) return given;
  const blank = given.every((label) => isBlank(label) || isPlaceholder(label)) || given.some((label) => !isBlank(label) && isNormal(label));
  return given.map((label) => (isBlank(label) ? (blank ? 'unlabelled' : 'Normal') : label));
}
