import type { Micros } from '../../core/index.ts';
import type { OutboxMessage, PendingMessage } from '../contract.ts';
import type { RelationalDatabase } from './database.ts';

/** Messages to the outside, written with the epoch that caused them and sent at least once, told apart by their key. */
export class Outbox {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the caller's transaction. A key that was ever queued is not queued again. */
  write(messages: readonly OutboxMessage[]): void {
    for (const message of messages) {
      this.database.run(
        'INSERT INTO outbox (key, alert_id, sink, body, created_at, next_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
        [outboxKey(message), message.alertId, message.sink, JSON.stringify(message.body), message.createdAt, message.createdAt],
      );
    }
  }

  due(now: Micros, limit: number): readonly PendingMessage[] {
    const rows = this.database.all('SELECT * FROM outbox WHERE done_at IS NULL AND next_at <= ? ORDER BY next_at, sequence LIMIT ?', [
      now,
      limit,
    ]);
    return rows.map((row) => ({
      key: row.key as string,
      alertId: row.alert_id as string,
      sink: row.sink as string,
      body: JSON.parse(row.body as string) as string,
      createdAt: Number(row.created_at),
      attempts: Number(row.attempts),
      nextAt: Number(row.next_at),
    }));
  }

  done(keys: readonly string[], at: Micros): void {
    this.database.transaction(() => {
      // The body is no longer needed; the key stays, so that a replay does not send it again.
      for (const key of keys)
        this.database.run(
          `UPDATE outbox SET done_at = ?, attempts = attempts + 1, error = NULL, body = '""' WHERE key = ? AND done_at IS NULL`,
          [at, key],
        );
    });
  }

  failed(key: string, nextAt: Micros, error: string): void {
    const text = error.replaceAll('\0', '').slice(0, 2000);
    this.database.run('UPDATE outbox SET attempts = attempts + 1, next_at = ?, error = ? WHERE key = ? AND done_at IS NULL', [
      nextAt,
      text,
      key,
    ]);
  }

  pending(): number {
    return Number(this.database.get('SELECT count(*) AS n FROM outbox WHERE done_at IS NULL')?.n ?? 0);
  }
}

export function outboxKey(message: Pick<OutboxMessage, 'alertId' | 'sink'>): string {
  return `${message.alertId}/${message.sink}`;
}
