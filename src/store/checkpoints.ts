import { sha256Hex, VedetteError } from '../core/index.ts';
import type { ByteStore } from './contract.ts';
import type { RelationalDatabase, SqlRow } from './relational/database.ts';

export interface CheckpointBlob {
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** State blobs on disk, listed in the relational store: a blob counts only when its epoch is committed and its checksum fits. */
export class Checkpoints {
  private readonly database: RelationalDatabase;
  private readonly bytes: ByteStore;
  private readonly keep: number;

  constructor(database: RelationalDatabase, bytes: ByteStore, keep: number) {
    this.database = database;
    this.bytes = bytes;
    this.keep = Math.max(1, keep);
  }

  /** Durable on return, but listed only by `list`. */
  async store(epoch: number, blobs: Readonly<Record<string, Uint8Array>>): Promise<readonly CheckpointBlob[]> {
    return Promise.all(
      Object.entries(blobs).map(async ([name, bytes], i) => {
        const key = `checkpoints/${String(epoch).padStart(10, '0')}/${i}.bin`;
        await this.bytes.write(key, bytes);
        return { name, key, bytes: bytes.length, sha256: sha256Hex(bytes) };
      }),
    );
  }

  /** Inside the epoch's transaction. */
  list(epoch: number, blobs: readonly CheckpointBlob[]): void {
    for (const { name, key, bytes, sha256 } of blobs) {
      this.database.run('INSERT INTO checkpoints (epoch, name, key, bytes, sha256) VALUES (?, ?, ?, ?, ?)', [
        epoch,
        name,
        key,
        bytes,
        sha256,
      ]);
    }
  }

  keys(): ReadonlySet<string> {
    return new Set(this.database.all('SELECT key FROM checkpoints').map((row) => row.key as string));
  }

  async latest(epoch = Number.MAX_SAFE_INTEGER): Promise<Readonly<Record<string, Uint8Array>>> {
    if (epoch !== Number.MAX_SAFE_INTEGER && this.database.get('SELECT 1 FROM epochs WHERE epoch = ?', [epoch]) === undefined)
      throw unavailable(epoch);
    const rows = this.database.all(
      'SELECT name, key, sha256 FROM checkpoints c WHERE epoch = (SELECT max(epoch) FROM checkpoints WHERE name = c.name AND epoch <= ?) ORDER BY name',
      [epoch],
    );
    const blobs: [string, Uint8Array][] = [];
    for (const row of rows) blobs.push([row.name as string, await this.verified(row)]);
    return Object.fromEntries(blobs);
  }

  epochs(): readonly number[] {
    return this.database.all('SELECT epoch FROM epochs ORDER BY epoch').map((row) => Number(row.epoch));
  }

  /**
   * Keeps the last epochs, those an alert starts from, and of each the newest blob of every name; inside the epoch's transaction.
   * Returns the keys that may be removed once that is durable; what a crash leaves of them goes when the tenant is opened.
   */
  prune(): readonly string[] {
    this.database.run(
      'DELETE FROM epochs WHERE epoch NOT IN (SELECT epoch FROM epochs ORDER BY epoch DESC LIMIT ?) AND NOT EXISTS (SELECT 1 FROM alerts WHERE lineage_epoch = epochs.epoch)',
      [this.keep],
    );
    const unused = `NOT EXISTS (SELECT 1 FROM epochs e WHERE e.epoch >= c.epoch
      AND NOT EXISTS (SELECT 1 FROM checkpoints n WHERE n.name = c.name AND n.epoch > c.epoch AND n.epoch <= e.epoch))`;
    const gone = this.database.all(`SELECT epoch, name, key FROM checkpoints c WHERE ${unused}`);
    for (const row of gone)
      this.database.run('DELETE FROM checkpoints WHERE name = ? AND epoch = ?', [row.name as string, row.epoch as number]);
    return gone.map((row) => row.key as string);
  }

  private async verified(row: SqlRow): Promise<Uint8Array> {
    const bytes = await this.bytes.read(row.key as string);
    if (bytes !== undefined && sha256Hex(bytes) === row.sha256) return bytes;
    throw new VedetteError(
      'STORE_CORRUPT',
      `Checkpoint ${String(row.name)} (${String(row.key)}) ${bytes === undefined ? 'is missing' : 'does not match its checksum'}`,
      {
        hint: 'Restore the tenant folder from a backup, or remove the checkpoint to relearn from the sources.',
      },
    );
  }
}

function unavailable(epoch: number): VedetteError {
  return new VedetteError('REPLAY_UNAVAILABLE', `The state of epoch ${epoch} is no longer kept`, {
    hint: 'Raise the number of kept epochs; states that alerts need are kept with the alert.',
  });
}
