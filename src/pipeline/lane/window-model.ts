import { type FeatureRunner, type FeatureText, type RowBatch, type RuleInput, VedetteError, type WindowBatch } from '../../core/index.ts';
import { encodedValues, encodingSchema, type FlowEncoding, featureRunner, figureOwner, keptFeatureSchema } from '../../features/index.ts';
import { findingOf } from './finding.ts';
import type { Finding } from './lane.ts';
import type { ScorerOptions } from './lane-scorer.ts';
import type { RegisteredModel } from './registered-model.ts';
import { restoreDetector } from './restore-detector.ts';
import { Scorer } from './scorer.ts';

export interface WindowModelOptions extends ScorerOptions {
  /** Kinds of events the source has. */
  readonly kinds: ReadonlySet<string>;
  readonly seed: number;
  /** Told why a newer version is not followed. */
  readonly refused: (reason: string) => void;
}

interface Followed {
  readonly model: RegisteredModel;
  readonly runner: FeatureRunner;
  /** Name and declaration, as one text. */
  readonly declared: string;
  readonly encoding: FlowEncoding;
}

/**
 * A registered model of windows (`vedette train … --features NAME`) in a lane: the feature it learnt from is computed over the events as
 * it was declared then, and each window that closes is scored.
 */
export class WindowModel {
  readonly scorer: Scorer;
  readonly #options: WindowModelOptions;
  #followed: Followed | undefined;
  #changed = false;

  constructor(detector: Scorer['detector'], options: WindowModelOptions) {
    this.#options = options;
    const { registered } = options;
    this.scorer = new Scorer(detector, { ...options, ...(registered && { registered: async () => this.#follow(await registered()) }) });
  }

  /** A first model that does not fit is an error; a later one is refused, and the former goes on. */
  #follow(model: RegisteredModel): RegisteredModel {
    const before = this.#followed;
    if (before?.model.reference === model.reference) return before.model;
    try {
      this.#followed = this.#prepared(model, before);
    } catch (error) {
      if (before === undefined || !(error instanceof VedetteError)) throw error;
      this.#options.refused(`${error.message}; ${before.model.reference} goes on`);
      return before.model;
    }
    return model;
  }

  /** Open windows go on where the feature is declared as before. */
  #prepared(model: RegisteredModel, before: Followed | undefined): Followed {
    const { kinds, seed, source } = this.#options;
    const feature = keptFeatureSchema.safeParse(model.features.windows);
    const encoding = encodingSchema.safeParse(model.features.flows);
    if (!feature.success || !encoding.success)
      throw new VedetteError('MODEL_MISMATCH', `${model.reference} is no model of windows`, {
        hint: 'Train one with `vedette train isolation-forest --features NAME`.',
      });
    const { name, declaration, homeNetworks } = feature.data;
    const declared = JSON.stringify(feature.data);
    const runner =
      before?.declared === declared ? before.runner : featureRunner(name, declaration as unknown as FeatureText, { homeNetworks, seed });
    if (!kinds.has(runner.reads))
      throw new VedetteError('MODEL_MISMATCH', `${model.reference} learnt from ${runner.reads} events, which ${source} has not`, {
        hint: 'Name the model at a source of such events.',
      });
    return { model, runner, declared, encoding: encoding.data };
  }

  /** True when there are windows that `snapshot` has not given out. */
  get changed(): boolean {
    return this.#changed;
  }

  get feature(): string {
    return this.#followed?.runner.name ?? '';
  }

  add(batch: RuleInput): void {
    const { runner } = this.#followed ?? {};
    if (runner === undefined || runner.reads !== batch.kind) return;
    this.#changed = true;
    runner.add(batch);
  }

  advance(watermark: number): void {
    this.#followed?.runner.advance(watermark);
  }

  finish(): void {
    this.#followed?.runner.finish();
  }

  /** What stands out among the windows that have closed. */
  async judge(): Promise<Finding[]> {
    const followed = this.#followed;
    const windows = followed?.runner.take();
    if (followed === undefined || windows === undefined) return [];
    this.#changed = true;
    const { batch, rows } = rowsOf(windows, followed.encoding);
    const evidence = new Map(rows.map((row, i) => [placeOf(batch, i), windows.evidence[row] ?? []]));
    return (await this.scorer.take(batch)).map((flagged) => {
      const finding = findingOf(this.scorer, flagged, followed.runner.name);
      const lines = evidence.get(placeOf(flagged.batch as RowBatch, flagged.row)) ?? [];
      return finding.detection.evidence.length > 0 ? finding : { ...finding, detection: { ...finding.detection, evidence: lines } };
    });
  }

  snapshot(): Uint8Array | undefined {
    this.#changed = false;
    return this.#followed?.runner.snapshot();
  }

  /** After the scorer, which knows the feature. Windows of another declaration begin anew. */
  async restore(windows: Uint8Array): Promise<void> {
    const { runner } = this.#followed ?? {};
    if (runner !== undefined) await restoreDetector(runner, windows, this.#options);
  }
}

/** Windows as rows with the columns of training, `FEATURE AGGREGATE`; one that is handed over again because events came late is not judged twice. */
function rowsOf(windows: WindowBatch, encoding: FlowEncoding): { readonly batch: RowBatch; readonly rows: readonly number[] } {
  const { columns, feature, values, start, end, revision } = windows;
  const rows = Array.from({ length: windows.rows }, (_, row) => row).filter((row) => revision[row] === 0);
  const owners = rows.map((row) => figureOwner(windows, row));
  const none = { source: [], destination: [], destinationPort: new Float64Array(0) };
  const column = (name: string) => {
    const at = columns.findIndex((one) => `${feature} ${one}` === name);
    if (at < 0) return undefined;
    const own = Float64Array.from({ length: windows.rows }, (_, row) => values[row * columns.length + at] as number);
    return { name, kind: 'number' as const, values: own };
  };
  const batch: RowBatch = {
    shape: 'rows',
    rows: rows.length,
    columns: encoding.features.map(({ name }) => name),
    values: encodedValues({ ...none, column }, encoding, rows),
    keys: owners.map(({ entity, further }) => [entity, ...further].join(' ')),
    entities: owners.map(({ entity }) => entity),
    start: Float64Array.from(rows, (row) => start[row] as number),
    end: Float64Array.from(rows, (row) => end[row] as number),
  };
  return { batch, rows };
}

const placeOf = ({ keys, start }: RowBatch, row: number): string => `${keys[row]} ${start[row]}`;
