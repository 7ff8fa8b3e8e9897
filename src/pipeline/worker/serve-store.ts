import { VedetteError } from '../../core/index.ts';
import { type ModelRegistry, openRegistry } from '../../registry/index.ts';
import type { SegmentEntry, SegmentLog, TenantStore } from '../../store/contract.ts';
import { STORE_METHODS, type StoreMethod } from './protocol.ts';

/** Entries handed over at once when a segment log is replayed. */
const REPLAYED = 16;

/** Answers what a pipeline worker asks of a tenant's segment logs and models, in the thread that owns the home. */
export class StoreServer {
  private readonly store: TenantStore;
  private readonly registry: ModelRegistry;
  private readonly replays = new Map<string, AsyncIterator<SegmentEntry>>();

  constructor(store: TenantStore) {
    this.store = store;
    // It only reads here: nothing it saves would name this program or time.
    this.registry = openRegistry(store.bytes, { now: () => 0, program: '' });
  }

  async call(method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    if (!STORE_METHODS.includes(method)) throw new VedetteError('INTERNAL', `a pipeline worker asked for ${String(method)}`);
    if (method === 'models.load') return this.registry.loadModel(args[0] as string);
    return this.segments(method, args);
  }

  private async segments(method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    const [source, argument, keep] = args as [string, unknown, Parameters<SegmentLog['trim']>[1]];
    const log: SegmentLog = await this.store.segments(source);
    switch (method) {
      case 'segments.open':
        this.replays.set(source, log.replay(argument as number)[Symbol.asyncIterator]());
        return undefined;
      case 'segments.next':
        return this.next(source);
      case 'segments.append':
        return log.append(argument as Parameters<SegmentLog['append']>[0]);
      default:
        return log.trim(argument as number, keep);
    }
  }

  private async next(source: string): Promise<readonly SegmentEntry[]> {
    const replay = this.replays.get(source);
    const entries: SegmentEntry[] = [];
    while (replay !== undefined && entries.length < REPLAYED) {
      const { done, value } = await replay.next();
      if (done === true) break;
      entries.push(value);
    }
    if (entries.length === 0) this.replays.delete(source);
    return entries;
  }
}
