import type { Micros } from '../../../core/index.ts';
import type { FeaturePlan } from '../plan/plan.ts';

/** A stretch of event time, half-open; open to the side that is absent. */
export interface Span {
  readonly from?: Micros;
  readonly to?: Micros;
}

/**
 * Moments of events that windows inside `span` depend on: of a session also those just before it, of silent windows those that came
 * before the silence, of `first-seen` all that went before.
 */
export function readSpan({ window, aggregates }: FeaturePlan, { from, to }: Span): Span {
  const before = window.type === 'session' ? window.idle : window.type === 'tumbling' ? (window.empty + 1) * window.size : 0;
  const all = from === undefined || aggregates.some(({ name }) => name === 'first-seen');
  return { ...(all ? {} : { from: from - before }), ...(to === undefined ? {} : { to }) };
}

/** The same as limits of the stored column `time`, by which files are chosen: none where a feature reckons its time otherwise. */
export function storedSpan(plan: FeaturePlan, span: Span): Span {
  if (plan.time.kind !== 'column' || plan.time.name !== 'time') return {};
  const { from, to } = readSpan(plan, span);
  // How long a key was silent depends on events after the span too.
  const silent = plan.window.type === 'tumbling' && plan.window.empty > 0;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined || silent ? {} : { to }) };
}

/**
 * The part of `span` whose windows are settled when what is stored reaches from `oldest` to `newest`: none that begins before it (what is
 * gone may have been part of it), none that late events may still re-open.
 */
export function settledSpan({ window }: FeaturePlan, { from, to }: Span, oldest: Micros, newest: Micros): Required<Span> {
  return { from: Math.max(from ?? oldest, oldest), to: Math.min(to ?? newest, newest - window.lateness) };
}

/** SQL conditions on a column of whole microseconds. */
export function within(column: string, { from, to }: Span): string[] {
  return [...(from === undefined ? [] : [`${column} >= ${from}`]), ...(to === undefined ? [] : [`${column} < ${to}`])];
}
