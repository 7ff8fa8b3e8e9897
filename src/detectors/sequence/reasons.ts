import type { LanguageModel } from './language-model.ts';
import { BEGIN, END } from './vocabulary.ts';

/** Nats from which a transition counts as a reason for an alert: the model gave it less than 1 in 7. */
const REASON = 2;
/** Nats that a transition called harmless still counts. */
const HARMLESS = 0.5;

/** The surprising transitions of a row: the event and the one before it. */
export function reasonsOf(language: LanguageModel, row: Int32Array): Set<string> {
  const reasons = new Set<string>();
  for (const [i, nats] of language.surprisals(row).entries()) if (nats >= REASON) reasons.add(transition(row, i));
  return reasons;
}

/** Mean and root mean square of the surprisals when the given transitions are harmless; share of the surprise they explain. */
export function withoutReasons(
  language: LanguageModel,
  row: Int32Array,
  reasons: ReadonlySet<string>,
): { mean: number; rms: number; explained: number } {
  let sum = 0;
  let squares = 0;
  let surprise = 0;
  let explained = 0;
  const surprisals = language.surprisals(row);
  for (const [i, nats] of surprisals.entries()) {
    const harmless = nats >= REASON && reasons.has(transition(row, i));
    const left = harmless ? HARMLESS : nats;
    sum += left;
    squares += left * left;
    if (nats >= REASON) surprise += nats;
    if (harmless) explained += nats;
  }
  const n = Math.max(1, surprisals.length);
  return { mean: sum / n, rms: Math.sqrt(squares / n), explained: surprise === 0 ? 1 : explained / surprise };
}

function transition(row: Int32Array, position: number): string {
  return `${position === 0 ? BEGIN : row[position - 1]}>${position < row.length ? row[position] : END}`;
}
