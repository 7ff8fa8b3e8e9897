import { type DeadLetter, sha256Hex, stableId } from '../../core/index.ts';
import type { ByteStore, Page, StoredDeadLetter } from '../contract.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { RelationalDatabase, SqlRow } from './database.ts';

/** Larger records lie beside the database, one file each. */
const INLINE_BYTES = 65_536;
export const DEAD_LETTER_BYTES = 64 * 1024 ** 2;
const DROPPED = 'dead-letters.dropped';

/** Bounded by bytes: the oldest letters go first and are counted. The same record is kept once, however often it is replayed. */
export class DeadLetters {
  private readonly database: RelationalDatabase;
  private readonly bytes: ByteStore;
  private readonly limit: number;

  constructor(database: RelationalDatabase, bytes: ByteStore, limit = DEAD_LETTER_BYTES) {
    this.database = database;
    this.bytes = bytes;
    this.limit = limit;
  }

  async append(letters: readonly DeadLetter[]): Promise<void> {
    const kept: { letter: DeadLetter; identity: string; key: string | null; bytes: Uint8Array }[] = [];
    for (const letter of letters) {
      // A record larger than everything that may be kept is kept from its start as far as it fits.
      const bytes = letter.bytes.length > this.limit ? letter.bytes.subarray(0, this.limit) : letter.bytes;
      const identity = stableId(letter.source, letter.input, letter.offset, sha256Hex(letter.bytes));
      const key = bytes.length > INLINE_BYTES ? `dead-letters/${identity}.bin` : null;
      if (key !== null) await this.bytes.write(key, bytes);
      kept.push({ letter, identity, key, bytes });
    }
    this.database.transaction(() => {
      for (const { letter, identity, key, bytes } of kept) {
        const { bytes: _content, ...header } = letter;
        this.database.run(
          'INSERT INTO dead_letters (identity, source, reason, header, bytes, content, key) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identity) DO NOTHING',
          [
            identity,
            letter.source,
            letter.reason.replaceAll('\0', ''),
            JSON.stringify(header),
            bytes.length,
            key === null ? bytes : null,
            key,
          ],
        );
      }
    });
    await this.dropOldest();
  }

  async list(query: { source?: string; limit?: number; cursor?: string } = {}): Promise<Page<StoredDeadLetter>> {
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : (decodeCursor(query.cursor, ['number'])[0] as number);
    const limit = query.limit ?? 100;
    const rows = this.database.all('SELECT * FROM dead_letters WHERE id < ? AND (? IS NULL OR source = ?) ORDER BY id DESC LIMIT ?', [
      before,
      query.source ?? null,
      query.source ?? null,
      limit + 1,
    ]);
    const items = await Promise.all(rows.slice(0, limit).map((row) => this.toLetter(row)));
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, cursor: encodeCursor([last.id]) } : { items };
  }

  get(ids: readonly number[]): Promise<readonly StoredDeadLetter[]> {
    return Promise.all(this.rowsOf(ids).map((row) => this.toLetter(row)));
  }

  countsBySource(): Readonly<Record<string, number>> {
    const rows = this.database.all('SELECT source, count(*) AS n FROM dead_letters GROUP BY source ORDER BY source');
    return Object.fromEntries(rows.map((row) => [row.source as string, Number(row.n)]));
  }

  async take(ids: readonly number[]): Promise<readonly StoredDeadLetter[]> {
    const rows = this.rowsOf(ids);
    const letters = await Promise.all(rows.map((row) => this.toLetter(row)));
    await this.remove(rows);
    return letters;
  }

  counts(): { kept: number; bytes: number; dropped: number; byReason: Readonly<Record<string, number>> } {
    const rows = this.database.all('SELECT reason, count(*) AS n, sum(bytes) AS bytes FROM dead_letters GROUP BY reason ORDER BY reason');
    const sum = (column: string) => rows.reduce((total, row) => total + Number(row[column]), 0);
    const dropped = Number(this.database.get('SELECT value FROM counters WHERE name = ?', [DROPPED])?.value ?? 0);
    return {
      kept: sum('n'),
      bytes: sum('bytes'),
      dropped,
      byReason: Object.fromEntries(rows.map((row) => [row.reason as string, Number(row.n)])),
    };
  }

  /** Files that a letter refers to. */
  keys(): ReadonlySet<string> {
    return new Set(this.database.all('SELECT key FROM dead_letters WHERE key IS NOT NULL').map((row) => row.key as string));
  }

  private rowsOf(ids: readonly number[]): SqlRow[] {
    return ids.map((id) => this.database.get('SELECT * FROM dead_letters WHERE id = ?', [id])).filter((row) => row !== undefined);
  }

  private async dropOldest(): Promise<void> {
    let excess = Number(this.database.get('SELECT coalesce(sum(bytes), 0) AS n FROM dead_letters')?.n ?? 0) - this.limit;
    if (excess <= 0) return;
    const gone: SqlRow[] = [];
    while (excess > 0) {
      const after = Number(gone.at(-1)?.id ?? 0);
      const rows = this.database.all('SELECT id, bytes, key FROM dead_letters WHERE id > ? ORDER BY id LIMIT 100', [after]);
      if (rows.length === 0) break;
      for (const row of rows) {
        if (excess <= 0) break;
        gone.push(row);
        excess -= Number(row.bytes);
      }
    }
    await this.remove(gone, true);
  }

  private async remove(rows: readonly SqlRow[], dropped = false): Promise<void> {
    this.database.transaction(() => {
      for (const row of rows) this.database.run('DELETE FROM dead_letters WHERE id = ?', [row.id as number]);
      if (dropped) {
        this.database.run(
          'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
          [DROPPED, rows.length],
        );
      }
    });
    for (const row of rows) if (typeof row.key === 'string') await this.bytes.remove(row.key);
  }

  private async toLetter(row: SqlRow): Promise<StoredDeadLetter> {
    const header = JSON.parse(row.header as string) as Omit<DeadLetter, 'bytes'>;
    const bytes = typeof row.key === 'string' ? await this.bytes.read(row.key) : (row.content as Uint8Array);
    return { ...header, id: Number(row.id), bytes: bytes ?? new Uint8Array() };
  }
}
