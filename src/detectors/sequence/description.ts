import { type SequenceBatch, sequenceAt, VedetteError } from '../../core/index.ts';

/** Leading events a label keeps of a row; the counts are kept of all. */
const KEPT_EVENTS = 2000;
const KEPT_COUNTS = 2000;

/** A row by the stable ids of its events, as labels keep it. */
export interface RowDescription {
  /** The leading events in order. */
  readonly events: readonly string[];
  /** Occurrences of each event in the whole row, most frequent first. */
  readonly counts: readonly (readonly [string, number])[];
}

export function describeRow(batch: SequenceBatch, row: number): Uint8Array {
  const codes = sequenceAt(batch, row);
  const tally = new Map<number, number>();
  for (const code of codes) tally.set(code, (tally.get(code) ?? 0) + 1);
  const counts = [...tally].map(([code, count]) => [batch.vocabulary[code] as string, count] as const);
  counts.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const events = Array.from(codes.subarray(0, KEPT_EVENTS), (code) => batch.vocabulary[code] as string);
  return new TextEncoder().encode(JSON.stringify({ events, counts: counts.slice(0, KEPT_COUNTS) }));
}

export function readDescription(bytes: Uint8Array, alertId: string): RowDescription {
  const unusable = (cause?: unknown) =>
    new VedetteError('FORMAT_INVALID', `the labelled row of alert ${alertId} is not a sequence`, {
      hint: 'revoke the label and give it again',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw unusable(cause);
  }
  if (!isDescription(value)) throw unusable();
  return value;
}

function isDescription(value: unknown): value is RowDescription {
  if (typeof value !== 'object' || value === null) return false;
  const { events, counts } = value as { events?: unknown; counts?: unknown };
  if (!Array.isArray(events) || !events.every((event) => typeof event === 'string')) return false;
  return Array.isArray(counts) && counts.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number');
}
