import { packEvents } from '../../core/index.ts';
import type { SegmentEntry } from '../../store/contract.ts';
import type { Service } from '../../store/worker/protocol.ts';
import type { StoreLink } from '../../store/worker/store-link.ts';
import type { PipelineStore } from '../pipeline-store.ts';
import type { StoreMethod } from './protocol.ts';

export type StoreCall = (method: StoreMethod, args: readonly unknown[]) => Promise<unknown>;

/** A tenant's store as the pipeline worker sees it: databases by its own link, segment logs and models by the thread that owns the home. */
export async function remoteStore(link: StoreLink, call: StoreCall): Promise<PipelineStore> {
  const method =
    <F extends (...args: never[]) => Promise<unknown>>(service: Service, name: string) =>
    (...args: Parameters<F>): ReturnType<F> =>
      link.call(service, name, args) as ReturnType<F>;
  return {
    epoch: (await link.call('core', 'epoch', [])) as number,
    commitEpoch: method<PipelineStore['commitEpoch']>('core', 'commitEpoch'),
    positions: { of: method<PipelineStore['positions']['of']>('positions', 'of') },
    checkpoints: { latest: method<PipelineStore['checkpoints']['latest']>('checkpoints', 'latest') },
    events: {
      // A copy goes, so that the batch is still there when the store has to be asked again.
      append: async (batch, ids, { epoch } = {}) => {
        const { batch: packed, transfer } = packEvents(batch, false);
        await link.call('events', 'append', [packed, ids, epoch], transfer);
      },
      retain: method<PipelineStore['events']['retain']>('events', 'retain'),
    },
    alerts: { removeBefore: method<PipelineStore['alerts']['removeBefore']>('alerts', 'removeBefore') },
    incidents: { removeBefore: method<PipelineStore['incidents']['removeBefore']>('incidents', 'removeBefore') },
    entities: { removeBefore: method<PipelineStore['entities']['removeBefore']>('entities', 'removeBefore') },
    expectations: { inForce: method<PipelineStore['expectations']['inForce']>('expectations', 'inForce') },
    labels: { inForce: method<PipelineStore['labels']['inForce']>('labels', 'inForce') },
    settings: { list: method<PipelineStore['settings']['list']>('settings', 'list') },
    loadModel: (reference) => call('models.load', [reference]) as ReturnType<PipelineStore['loadModel']>,
    outbox: {
      due: method<PipelineStore['outbox']['due']>('outbox', 'due'),
      done: method<PipelineStore['outbox']['done']>('outbox', 'done'),
      failed: method<PipelineStore['outbox']['failed']>('outbox', 'failed'),
      pending: method<PipelineStore['outbox']['pending']>('outbox', 'pending'),
    },
    deadLetters: { append: method<PipelineStore['deadLetters']['append']>('deadLetters', 'append') },
    series: { retain: method<PipelineStore['series']['retain']>('series', 'retain') },
    segments: async (source) => ({
      append: (batch) => call('segments.append', [source, batch]) as Promise<number>,
      trim: (sequence, keep) => call('segments.trim', [source, sequence, keep]) as Promise<void>,
      replay: (sequence) => replay(call, source, sequence),
    }),
  };
}

async function* replay(call: StoreCall, source: string, sequence: number): AsyncGenerator<SegmentEntry> {
  await call('segments.open', [source, sequence]);
  for (;;) {
    const entries = (await call('segments.next', [source])) as readonly SegmentEntry[];
    if (entries.length === 0) return;
    yield* entries;
  }
}
