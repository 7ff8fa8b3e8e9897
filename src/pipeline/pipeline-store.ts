import type { LoadedModel } from '../registry/index.ts';
import type { SegmentLog, TenantStore } from '../store/contract.ts';

/** What a running tenant needs of its store; a `TenantStore` fits, and so does its stand-in in the pipeline worker. */
export interface PipelineStore {
  readonly epoch: number;
  readonly commitEpoch: TenantStore['commitEpoch'];
  readonly positions: Pick<TenantStore['positions'], 'of'>;
  readonly checkpoints: Pick<TenantStore['checkpoints'], 'latest'>;
  readonly events: Pick<TenantStore['events'], 'append' | 'retain'>;
  readonly alerts: Pick<TenantStore['alerts'], 'removeBefore'>;
  readonly incidents: Pick<TenantStore['incidents'], 'removeBefore'>;
  readonly entities: Pick<TenantStore['entities'], 'removeBefore'>;
  readonly expectations: Pick<TenantStore['expectations'], 'inForce'>;
  readonly labels: Pick<TenantStore['labels'], 'inForce'>;
  readonly settings: Pick<TenantStore['settings'], 'list'>;
  /** A registered model version by reference. */
  loadModel(reference: string): Promise<LoadedModel>;
  readonly outbox: Pick<TenantStore['outbox'], 'due' | 'done' | 'failed' | 'pending'>;
  readonly deadLetters: Pick<TenantStore['deadLetters'], 'append'>;
  readonly series: Pick<TenantStore['series'], 'retain'>;
  segments(source: string): Promise<Pick<SegmentLog, 'append' | 'replay' | 'trim'>>;
}
