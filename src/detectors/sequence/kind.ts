/** How often an event comes in a row and in the most similar normal one. */
export interface Difference {
  readonly text: string;
  readonly observed: number;
  readonly expected: number;
  readonly weight: number;
  /** Normal rows with this event. */
  readonly rows: number;
}

/** An event that the language model did not expect at its place. */
export interface Surprise {
  readonly position: number;
  readonly text: string;
  readonly nats: number;
  readonly seen: number;
  readonly expected: string;
  /** Rows learnt from with this event, wherever. */
  readonly rows: number;
}

/** Events that name a kind; further ones are its variants. */
const NAMED = 3;
/** A difference names the kind along with the largest one when it weighs at least this share of it. */
const LEADING = 0.5;

/**
 * What like sequences share, wherever in the row it shows: the events never seen before, else what was expected where it ends too
 * early, else which events are missing, unexpected or of another number, else which event came instead of which.
 * `differences` and `surprises` have the largest first.
 */
export function kindOf(length: number, differences: readonly Difference[], surprises: readonly Surprise[]): string[] {
  const unseen = differences.filter(({ rows }) => rows === 0);
  if (unseen.length > 0)
    return named(
      'never seen',
      unseen.map(({ text }) => text),
    );
  const [surprise] = surprises;
  if (surprise?.position === length) return ['ends before', surprise.expected];
  const [largest] = differences;
  if (largest !== undefined) {
    const leading = differences.filter(({ weight }) => weight >= LEADING * largest.weight);
    return named(
      'differs',
      leading.map(({ text, observed, expected }) => `${deviation(observed, expected)} ${text}`),
    );
  }
  if (surprise !== undefined) return ['instead', surprise.text, surprise.expected];
  return ['rare as a whole'];
}

function named(how: string, texts: readonly string[]): string[] {
  return [how, ...texts.slice(0, NAMED).sort()];
}

function deviation(observed: number, expected: number): string {
  if (observed === 0) return 'missing';
  if (expected === 0) return 'unexpected';
  return observed > expected ? 'more' : 'fewer';
}
