import type { Micros } from '../../core/index.ts';
import type { SettingEntry } from '../contract.ts';
import type { RelationalDatabase } from './database.ts';

/** What people set while the program runs and no configuration file holds: plain JSON under '/'-separated keys. */
export class Settings {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  put(key: string, value: unknown, by: string, at: Micros): void {
    this.database.run(
      `INSERT INTO settings (key, body, set_by, set_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET body = excluded.body, set_by = excluded.set_by, set_at = excluded.set_at`,
      [key, JSON.stringify(value), by.replaceAll('\0', ''), at],
    );
  }

  /** In the order of their keys. */
  list(prefix: string): readonly SettingEntry[] {
    return this.database
      .all('SELECT key, body, set_by, set_at FROM settings WHERE substr(key, 1, ?) = ? ORDER BY key', [prefix.length, prefix])
      .map((row) => ({
        key: row.key as string,
        value: JSON.parse(row.body as string) as unknown,
        by: row.set_by as string,
        at: Number(row.set_at),
      }));
  }

  /** Whether it was there. */
  remove(key: string): boolean {
    return this.database.run('DELETE FROM settings WHERE key = ?', [key]).changes > 0;
  }
}
