import type { EventKind, FeatureText } from '../../core/index.ts';
import { plannedFeature, type Span, settledSpan, storedSpan } from '../../features/index.ts';
import type { EventStore } from '../../store/index.ts';

/** A declared feature and what of the store it is computed from. Plain data: a thread of its own can be given it. */
export interface StoredFeature {
  readonly name: string;
  readonly declaration: FeatureText;
  /** What HOME_NET stands for. */
  readonly homeNetworks: readonly string[];
  readonly kind: EventKind;
  readonly files: readonly string[];
  /** Events of this source alone. */
  readonly source?: string;
  /** The settled part of the time asked for; windows lie wholly inside. Absent where nothing of the kind is stored. */
  readonly span?: Required<Span>;
}

export interface FeatureChoice extends Span {
  readonly name: string;
  readonly declaration: FeatureText;
  readonly homeNetworks: readonly string[];
  readonly source?: string;
}

/** Finds the files of a feature. CONFIG_INVALID where the declaration is wrong. */
export async function storedFeature(events: Pick<EventStore, 'stored'>, choice: FeatureChoice): Promise<StoredFeature> {
  const { name, declaration, homeNetworks, source, ...span } = choice;
  const plan = plannedFeature(name, declaration, homeNetworks);
  const { files, oldest, newest } = await events.stored({ kind: plan.from, ...storedSpan(plan, span) });
  return {
    ...{ name, declaration, homeNetworks, kind: plan.from, files },
    ...(source === undefined ? {} : { source }),
    ...(oldest === undefined || newest === undefined ? {} : { span: settledSpan(plan, span, oldest, newest) }),
  };
}
