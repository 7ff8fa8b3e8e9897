import { deserialize, serialize } from 'node:v8';
import type { FeatureBatch } from '../../core/index.ts';
import { Tiers } from '../../features/index.ts';
import { joinRows } from './rows.ts';

const PREFIX = 'held/';

interface Part {
  readonly id: number;
  readonly batches: number;
}

/** Units gathered for learning. A snapshot writes those that came since the last one, in parts (see `Tiers`). */
export class HeldBatches {
  rows = 0;
  private batches: FeatureBatch[] = [];
  private tiers = new Tiers();
  /** Parts of the snapshot, oldest first, and how many batches are in none. */
  private parts: readonly Part[] = [];
  private fresh = 0;

  add(batch: FeatureBatch): void {
    if (batch.rows === 0) return;
    this.batches.push(batch);
    this.rows += batch.rows;
    this.fresh++;
  }

  /** All of them as one batch; there must be one. */
  joined(): FeatureBatch {
    return joinRows(this.batches);
  }

  clear(): void {
    this.batches = [];
    this.rows = 0;
    this.fresh = 0;
    this.parts = [];
    this.tiers.clear();
  }

  /** Ids of the parts that hold it now, oldest first, and the blobs that changed; an empty one is gone. */
  snapshot(): { readonly parts: readonly number[]; readonly blobs: Readonly<Record<string, Uint8Array>> } {
    const blobs: Record<string, Uint8Array> = {};
    const rows = (batches: readonly FeatureBatch[]): number => batches.reduce((sum, batch) => sum + batch.rows, 0);
    const plan = this.tiers.plan(rows(this.batches.slice(this.batches.length - this.fresh)));
    if (plan !== undefined) {
      const kept = this.parts.filter(({ id }) => !plan.absorbed.has(id));
      const from = kept.reduce((sum, { batches }) => sum + batches, 0);
      const written = this.batches.slice(from);
      blobs[`${PREFIX}${plan.id}`] = new Uint8Array(serialize(written));
      this.tiers.put(plan.id, rows(written));
      this.parts = [...kept, { id: plan.id, batches: written.length }];
      this.fresh = 0;
    }
    for (const id of this.tiers.takeFreed()) blobs[`${PREFIX}${id}`] = new Uint8Array();
    return { parts: this.parts.map(({ id }) => id), blobs };
  }

  /** What `snapshot` gave: the ids, and the blobs, each as it was given last. */
  restore(ids: readonly number[], blobs: Readonly<Record<string, Uint8Array>>): void {
    this.clear();
    this.tiers.takeFreed();
    this.parts = ids.map((id) => {
      const batches = deserialize(blobs[`${PREFIX}${id}`] ?? new Uint8Array()) as FeatureBatch[];
      this.batches.push(...batches);
      const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
      this.rows += rows;
      this.tiers.put(id, rows);
      return { id, batches: batches.length };
    });
  }
}
