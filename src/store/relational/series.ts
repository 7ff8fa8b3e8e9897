import { type Micros, type SeriesPoints, stableId } from '../../core/index.ts';
import type { SeriesBucket, SeriesEnding, SeriesEntry, SeriesRange, SeriesReach } from '../contract.ts';
import type { RelationalDatabase, SqlRow, SqlValue } from './database.ts';
import { bindable } from './selection.ts';
import { bucketsOf, COLUMNS, type PointColumns, pointsFrom, pointsTo } from './series-columns.ts';

/** Blocks of all series are merged into chunks of one series after so many epochs or rows. */
const MERGE_BLOCKS = 150;
const MERGE_ROWS = 400_000;
/** Distances of points that tell the usual one. */
const STEPS = 100;
const NEWEST_CHUNK = 'SELECT points FROM series_chunks WHERE code = ? ORDER BY to_at DESC LIMIT 1';
const ENDING = 'last_time, last_value, expected, lower, upper, highest';
const UPLOADED = 'SELECT code FROM series WHERE upload IS NOT NULL';

/**
 * Points of series. An epoch writes one block of all its rows; blocks are merged into chunks by series now and then, so that
 * neither writing nor reading touches much. Block: code of the series per row, then the columns.
 */
export class SeriesTables {
  private readonly database: RelationalDatabase;
  private codes: Map<string, number> | undefined;
  private waiting = { blocks: 0, rows: 0 };

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the epoch's transaction. */
  write(batches: readonly SeriesPoints[], epoch: number): void {
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    if (rows === 0) return;
    const codes = new Int32Array(rows);
    const columns = Object.fromEntries(COLUMNS.map(([name, Column]) => [name, new Column(rows)])) as unknown as PointColumns;
    let at = 0;
    for (const batch of batches) {
      const known = batch.names.map((name, code) => this.codeOf(batch.source, batch.entities[code] as string, name));
      for (let row = 0; row < batch.rows; row++) codes[at + row] = known[batch.code[row] as number] as number;
      for (const [name] of COLUMNS) columns[name].set(batch[name], at);
      at += batch.rows;
    }
    const [from, to] = spanOf(columns.time);
    this.database.run('INSERT INTO series_blocks (epoch, from_at, to_at, codes, points) VALUES (?, ?, ?, ?, ?)', [
      epoch,
      from,
      to,
      new Uint8Array(codes.buffer),
      pointsTo(columns),
    ]);
    this.waiting.blocks++;
    this.waiting.rows += rows;
    if (this.waiting.blocks >= MERGE_BLOCKS || this.waiting.rows >= MERGE_ROWS) this.merge();
  }

  /** Points of an upload, outside an epoch: they do not age, and go with the upload. */
  writeUpload(upload: string, batches: readonly SeriesPoints[]): void {
    this.database.transaction(() => {
      this.write(batches, 0);
      for (const source of new Set(batches.map((batch) => batch.source)))
        this.database.run('UPDATE series SET upload = ? WHERE source = ?', [upload, bindable(source)]);
      for (const batch of batches) this.writeEndings(batch);
      this.merge();
    });
  }

  removeUpload(upload: string): void {
    this.database.transaction(() => {
      const codes = 'SELECT code FROM series WHERE upload = ?';
      if (this.database.get(codes, [upload]) === undefined) return;
      this.merge();
      this.database.run(`DELETE FROM series_chunks WHERE code IN (${codes})`, [upload]);
      this.database.run('DELETE FROM series WHERE upload = ?', [upload]);
    });
    this.forget();
  }

  /** After a transaction that failed: codes given in it do not exist. */
  forget(): void {
    this.codes = undefined;
  }

  list(): readonly SeriesEntry[] {
    const rows = this.database.all(`SELECT id, source, entity, name, upload, ${ENDING} FROM series ORDER BY source, entity, name`);
    return rows.map(({ id, source, entity, name, upload, ...row }) => ({
      id: String(id),
      source: String(source),
      entity: String(entity),
      name: String(name),
      ...(upload === null ? {} : { upload: String(upload) }),
      ...(row.last_time === null ? {} : { ending: toEnding(row) }),
    }));
  }

  endings(ids: readonly string[]): ReadonlyMap<string, SeriesEnding> {
    const found = new Map<string, SeriesEnding>();
    for (const id of ids) {
      const code = this.database.get('SELECT code FROM series WHERE id = ?', [bindable(id)])?.code;
      const chunk = code === undefined ? undefined : this.database.get(NEWEST_CHUNK, [code]);
      const ending = chunk === undefined ? undefined : endingOf(pointsFrom(chunk.points as Uint8Array));
      if (ending !== undefined) found.set(id, ending);
    }
    return found;
  }

  private writeEndings(batch: SeriesPoints): void {
    const byCode = new Map<number, number[]>();
    for (let row = 0; row < batch.rows; row++) {
      const rows = byCode.get(batch.code[row] as number);
      if (rows === undefined) byCode.set(batch.code[row] as number, [row]);
      else rows.push(row);
    }
    for (const [code, rows] of byCode) {
      const ending = endingOf(picked(batch as PointColumns, rows));
      if (ending === undefined) continue;
      const { time, value, expected, lower, upper, highest } = ending;
      const known = [time, value, expected, lower, upper].map((one) => (Number.isFinite(one) ? one : null));
      const own = this.codeOf(batch.source, batch.entities[code] as string, batch.names[code] as string);
      this.database.run('UPDATE series SET highest = max(coalesce(highest, 0), ?) WHERE code = ?', [highest, own]);
      this.database.run(
        'UPDATE series SET last_time = ?, last_value = ?, expected = ?, lower = ?, upper = ? WHERE code = ? AND coalesce(last_time <= ?, 1)',
        [...known, own, time],
      );
    }
  }

  /** Buckets of equal length over [from, to), those without points left out. */
  points(id: string, { from, to, buckets }: SeriesRange): readonly SeriesBucket[] {
    const code = this.database.get('SELECT code FROM series WHERE id = ?', [bindable(id)])?.code;
    if (code === undefined) return [];
    const parts: PointColumns[] = [];
    const between = 'to_at >= ? AND from_at < ? ORDER BY from_at';
    for (const row of this.database.all(`SELECT points FROM series_chunks WHERE code = ? AND ${between}`, [code, from, to]))
      parts.push(pointsFrom(row.points as Uint8Array));
    for (const row of this.database.all(`SELECT codes, points FROM series_blocks WHERE ${between}`, [from, to]))
      parts.push(rowsOf(row, Number(code)));
    return bucketsOf(parts, from, to, buckets);
  }

  /** Time of the newest point of a series; NaN without any. */
  latest(id: string): Micros {
    const code = this.database.get('SELECT code FROM series WHERE id = ?', [bindable(id)])?.code;
    if (code === undefined) return Number.NaN;
    const chunk = this.database.get('SELECT max(to_at) AS latest FROM series_chunks WHERE code = ?', [code])?.latest;
    let latest = typeof chunk === 'number' ? chunk : Number.NaN;
    for (const row of this.database.all('SELECT codes, points FROM series_blocks ORDER BY from_at DESC LIMIT 5')) {
      for (const time of rowsOf(row, Number(code)).time) latest = Number.isNaN(latest) ? time : Math.max(latest, time);
    }
    return latest;
  }

  /** Times of the oldest and the newest point and the usual distance of two; undefined without any. Points of the last epochs may be left out. */
  reach(id: string): SeriesReach | undefined {
    const code = this.database.get('SELECT code FROM series WHERE id = ?', [bindable(id)])?.code;
    const [from, to] = [this.oldest(code), this.latest(id)];
    if (code === undefined || !Number.isFinite(to)) return undefined;
    const times = this.database.all(NEWEST_CHUNK, [code]).flatMap((row) => [...pointsFrom(row.points as Uint8Array).time.slice(-STEPS)]);
    const steps = times.slice(1).map((time, i) => time - (times[i] as number));
    const step = steps.sort((a, b) => a - b)[steps.length >> 1];
    return { from: Number.isFinite(from) ? from : to, to, ...(step === undefined || step <= 0 ? {} : { step }) };
  }

  private oldest(code: SqlValue | undefined): Micros {
    if (code === undefined) return Number.NaN;
    const oldest = this.database.get('SELECT min(from_at) AS oldest FROM series_chunks WHERE code = ?', [code])?.oldest;
    return typeof oldest === 'number' ? oldest : Number.NaN;
  }

  /** Removes what ended before, and the oldest above `maxBytes`. */
  retain(before: Micros, maxBytes: number): void {
    this.database.transaction(() => {
      this.database.run(`DELETE FROM series_chunks WHERE to_at < ? AND code NOT IN (${UPLOADED})`, [before]);
      this.database.run('DELETE FROM series_blocks WHERE to_at < ?', [before]);
      let excess = this.size() - maxBytes;
      while (excess > 0) {
        const oldest = this.database.all(
          `SELECT rowid AS id, length(points) AS bytes FROM series_chunks WHERE code NOT IN (${UPLOADED}) ORDER BY to_at LIMIT 1000`,
        );
        if (oldest.length === 0) return;
        for (const { id, bytes } of oldest) {
          if (excess <= 0) return;
          this.database.run('DELETE FROM series_chunks WHERE rowid = ?', [id as number]);
          excess -= Number(bytes);
        }
      }
    });
  }

  size(): number {
    return Number(
      this.database.get(`SELECT coalesce(sum(length(points)), 0) AS n FROM series_chunks WHERE code NOT IN (${UPLOADED})`)?.n ?? 0,
    );
  }

  private codeOf(source: string, entity: string, name: string): number {
    this.codes ??= new Map(this.database.all('SELECT code, id FROM series').map(({ code, id }) => [String(id), Number(code)]));
    const id = stableId('series', source, entity, name);
    const known = this.codes.get(id);
    if (known !== undefined) return known;
    const code = this.database.run('INSERT INTO series (id, source, entity, name) VALUES (?, ?, ?, ?)', [
      id,
      bindable(source),
      bindable(entity),
      bindable(name),
    ]).id;
    this.codes.set(id, code);
    return code;
  }

  /** All blocks -> one chunk for each of their series. */
  private merge(): void {
    const byCode = new Map<number, PointColumns[]>();
    for (const row of this.database.all('SELECT codes, points FROM series_blocks ORDER BY epoch')) {
      splitInto(byCode, row);
    }
    for (const [code, parts] of byCode) {
      const columns = joined(parts);
      const [from, to] = spanOf(columns.time);
      this.database.run('INSERT INTO series_chunks (code, from_at, to_at, points) VALUES (?, ?, ?, ?)', [
        code,
        from,
        to,
        pointsTo(columns),
      ]);
    }
    this.database.run('DELETE FROM series_blocks');
    this.waiting = { blocks: 0, rows: 0 };
  }
}

function toEnding(row: SqlRow): SeriesEnding {
  const number = (name: string): number => (row[name] === null ? Number.NaN : Number(row[name]));
  return {
    ...{ time: number('last_time'), value: number('last_value'), expected: number('expected') },
    ...{ lower: number('lower'), upper: number('upper'), highest: number('highest') },
  };
}

/** Of points in any order; undefined without any. */
function endingOf({ time, value, expected, lower, upper, score }: PointColumns): SeriesEnding | undefined {
  if (time.length === 0) return undefined;
  let last = 0;
  let highest = 0;
  for (let i = 0; i < time.length; i++) {
    if ((time[i] as number) >= (time[last] as number)) last = i;
    if ((score[i] as number) > highest) highest = score[i] as number;
  }
  const at = (column: Float64Array | Float32Array): number => column[last] as number;
  return { time: at(time), value: at(value), expected: at(expected), lower: at(lower), upper: at(upper), highest };
}

function codesOf(row: SqlRow): Int32Array {
  const bytes = row.codes as Uint8Array;
  return new Int32Array(bytes.slice().buffer);
}

function rowsOf(row: SqlRow, code: number): PointColumns {
  const codes = codesOf(row);
  const columns = pointsFrom(row.points as Uint8Array);
  const rows: number[] = [];
  for (let i = 0; i < codes.length; i++) if (codes[i] === code) rows.push(i);
  return picked(columns, rows);
}

function splitInto(byCode: Map<number, PointColumns[]>, row: SqlRow): void {
  const codes = codesOf(row);
  const columns = pointsFrom(row.points as Uint8Array);
  const rows = new Map<number, number[]>();
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    const list = rows.get(code);
    if (list === undefined) rows.set(code, [i]);
    else list.push(i);
  }
  for (const [code, list] of rows) {
    const parts = byCode.get(code) ?? [];
    byCode.set(code, parts);
    parts.push(picked(columns, list));
  }
}

function picked(columns: PointColumns, rows: readonly number[]): PointColumns {
  return Object.fromEntries(
    COLUMNS.map(([name, Column]) => {
      const column = new Column(rows.length);
      for (let i = 0; i < rows.length; i++) column[i] = columns[name][rows[i] as number] as number;
      return [name, column];
    }),
  ) as unknown as PointColumns;
}

function joined(parts: readonly PointColumns[]): PointColumns {
  const rows = parts.reduce((sum, { time }) => sum + time.length, 0);
  return Object.fromEntries(
    COLUMNS.map(([name, Column]) => {
      const column = new Column(rows);
      let at = 0;
      for (const part of parts) {
        column.set(part[name], at);
        at += part[name].length;
      }
      return [name, column];
    }),
  ) as unknown as PointColumns;
}

function spanOf(times: Float64Array): [number, number] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  return [from, to];
}
