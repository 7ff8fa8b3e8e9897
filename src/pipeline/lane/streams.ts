import { deserialize, serialize } from 'node:v8';
import type { FeatureBatch, FeatureShape, LogBatch, Micros, Template } from '../../core/index.ts';
import { Observer, observationConfig, VolumeCounter, volumeConfig } from '../../features/index.ts';

interface State {
  readonly observer: ReturnType<Observer['state']>;
  readonly volume: Uint8Array;
}

/** What one source's lines show, line by line, and how many come: the features of detectors that learn as they go. */
export class Streams {
  private readonly observer: Observer | undefined;
  private readonly volume: VolumeCounter | undefined;

  constructor(shapes: ReadonlySet<FeatureShape>) {
    this.observer = shapes.has('observations') ? new Observer(observationConfig.parse({})) : undefined;
    this.volume = shapes.has('series') ? new VolumeCounter(volumeConfig.parse({})) : undefined;
  }

  /** Lines of one input. Back-filled ones teach what is known; they count into no interval, as those were handed over. */
  add(batch: LogBatch, templates: readonly Template[], past: boolean): FeatureBatch[] {
    if (batch.rows === 0) return [];
    const observed = this.observer?.observe(batch, templates);
    if (!past) this.volume?.add(batch, templates);
    return [...(observed === undefined || observed.rows === 0 ? [] : [observed]), ...this.counted()];
  }

  /** Time passed without records: a source gone quiet is counted as quiet. */
  advance(watermark: Micros): FeatureBatch[] {
    if (Number.isFinite(watermark)) this.volume?.advance(watermark);
    return this.counted();
  }

  finish(): FeatureBatch[] {
    this.volume?.finish();
    return this.counted();
  }

  private counted(): FeatureBatch[] {
    const batch = this.volume?.take();
    return batch === undefined ? [] : [batch];
  }

  snapshot(): Uint8Array | undefined {
    if (this.observer === undefined && this.volume === undefined) return undefined;
    return new Uint8Array(serialize({ observer: this.observer?.state(), volume: this.volume?.snapshot() }));
  }

  restore(snapshot: Uint8Array): void {
    const { observer, volume } = deserialize(snapshot) as Partial<State>;
    if (observer !== undefined) this.observer?.restore(observer);
    if (volume !== undefined) this.volume?.restore(volume);
  }
}
