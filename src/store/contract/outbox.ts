import type { Micros } from '../../core/index.ts';

/** A message to the outside. Idempotency key: alert id + sink; a second one of the same key is not queued. */
export interface OutboxMessage {
  readonly alertId: string;
  readonly sink: string;
  readonly body: string;
  readonly createdAt: Micros;
}

export interface PendingMessage extends OutboxMessage {
  readonly key: string;
  readonly attempts: number;
  readonly nextAt: Micros;
}

export interface OutboxStore {
  /** Not done and due at `now`, oldest first. */
  due(now: Micros, limit: number): Promise<readonly PendingMessage[]>;
  done(keys: readonly string[], at: Micros): Promise<void>;
  failed(key: string, nextAt: Micros, error: string): Promise<void>;
  pending(): Promise<number>;
}
