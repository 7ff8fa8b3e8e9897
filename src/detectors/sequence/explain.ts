import { type Contribution, type Explanation, eventEvidence, quoted, type SequenceBatch, sequenceAt } from '../../core/index.ts';
import type { Arm } from './config.ts';
import { countRow } from './counted-row.ts';
import { type Difference, kindOf, type Surprise } from './kind.ts';
import type { SequenceModel } from './model.ts';
import type { NormalTail } from './tail.ts';
import { END, FIRST_EVENT, UNKNOWN } from './vocabulary.ts';

const SHOWN = 5;
/** Nats: an event that the language model gave less than 1 in 20. */
const SURPRISING = 3;
/** Share of the rows that have an event, up to which it is no event of a normal sequence. */
const RARE = 0.01;

/** Why a row is unusual: events no normal row has, counts away from the nearest normal row, events out of order. */
export function explainRow(model: SequenceModel, tails: ReadonlyMap<Arm, NormalTail>, batch: SequenceBatch, row: number): Explanation {
  const codes = sequenceAt(batch, row);
  const symbols = model.vocabulary.encode(batch, row, row + 1, false).symbols;
  const scores = model.scorer()(symbols);
  const weights = armShares(model.config.arms, scores, tails);
  const texts = new Map<number, string>();
  for (const [i, symbol] of symbols.entries())
    if (symbol !== UNKNOWN && !texts.has(symbol)) texts.set(symbol, textOf(batch, codes[i] as number));
  const textOfSymbol = (symbol: number) => texts.get(symbol) ?? (symbol === END ? 'the end' : knownText(model, symbol));
  const differences = countDifferences(model, batch, codes, symbols, textOfSymbol);
  const surprises = orderSurprises(model, batch, codes, symbols, textOfSymbol);
  const contributions = [...countContributions(differences, weights.counts, model), ...orderContributions(surprises, weights.order)].sort(
    (a, b) => b.share - a.share,
  );
  const inside = surprises.filter((surprise) => surprise.position < codes.length);
  const first = surprises.reduce<Surprise | undefined>(
    (best, surprise) => (best === undefined || surprise.nats > best.nats ? surprise : best),
    undefined,
  );
  return {
    what: what(codes.length, differences, surprises),
    why: why(model, differences, surprises, codes.length),
    harmless: harmless(differences, surprises, codes.length),
    next: next(differences, inside.length > 0),
    contributions,
    kind: kindOf(codes.length, differences, surprises),
    ...(first === undefined
      ? {}
      : {
          expectedNext: model.language
            .next(symbols, first.position, SHOWN)
            .map(({ symbol, probability }) => ({ event: textOfSymbol(symbol), probability })),
        }),
    surprising: inside.map((surprise) => surprise.position).sort((a, b) => a - b),
    evidence: eventEvidence(
      batch,
      row,
      inside.map((surprise) => surprise.position).sort((a, b) => a - b),
    ),
  };
}

function armShares(
  arms: readonly Arm[],
  scores: Record<Arm, number>,
  tails: ReadonlyMap<Arm, NormalTail>,
): { counts: number; order: number } {
  let counts = 0;
  let order = 0;
  for (const arm of arms) {
    const weight = -(tails.get(arm)?.logP(scores[arm]) ?? 0);
    if (arm === 'count-vector') counts += weight;
    else order += weight;
  }
  const sum = counts + order;
  return sum === 0 ? { counts: 0, order: 0 } : { counts: counts / sum, order: order / sum };
}

function countDifferences(
  model: SequenceModel,
  batch: SequenceBatch,
  codes: Int32Array,
  symbols: Int32Array,
  text: (symbol: number) => string,
): Difference[] {
  const counted = countRow(symbols);
  const nearest = model.vectors.nearest(counted, model.vectors.masses());
  const reference = model.vectors.references[nearest.index];
  const expected = new Map<number, number>();
  for (const [i, symbol] of (reference?.symbols ?? new Int32Array(0)).entries()) expected.set(symbol, reference?.counts[i] as number);
  const found: Difference[] = [];
  for (const [i, symbol] of counted.symbols.entries()) {
    if (symbol === UNKNOWN) continue;
    const observed = counted.counts[i] as number;
    const usual = expected.get(symbol) ?? 0;
    expected.delete(symbol);
    if (observed !== usual) found.push(difference(model, symbol, text(symbol), observed, usual));
  }
  for (const [symbol, usual] of expected) found.push(difference(model, symbol, text(symbol), 0, usual));
  const unknown = new Map<number, number>();
  for (const [i, symbol] of symbols.entries())
    if (symbol === UNKNOWN) unknown.set(codes[i] as number, (unknown.get(codes[i] as number) ?? 0) + 1);
  for (const [code, observed] of unknown) found.push(difference(model, UNKNOWN, textOf(batch, code), observed, 0));
  return found.sort((a, b) => b.weight - a.weight || (a.text < b.text ? -1 : 1));
}

function difference(model: SequenceModel, symbol: number, text: string, observed: number, expected: number): Difference {
  const weight = Math.abs(observed - expected) * model.vectors.weight(symbol);
  return { text, observed, expected, weight, rows: model.vectors.frequency[symbol] ?? 0 };
}

function orderSurprises(
  model: SequenceModel,
  batch: SequenceBatch,
  codes: Int32Array,
  symbols: Int32Array,
  text: (symbol: number) => string,
): Surprise[] {
  const nats = model.language.nodes > model.config.order ? model.language.surprisals(symbols) : new Float64Array(0);
  return Array.from(nats, (value, position) => ({ value, position }))
    .filter(({ value }) => value >= SURPRISING)
    .sort((a, b) => b.value - a.value || a.position - b.position)
    .slice(0, SHOWN)
    .map(({ value, position }) => {
      const usual = model.language.next(symbols, position, 1)[0];
      return {
        position,
        text: position < codes.length ? textOf(batch, codes[position] as number) : 'the end',
        nats: value,
        seen: model.language.seen(symbols, position, Math.min(position, 2)),
        expected: usual === undefined ? 'nothing known' : text(usual.symbol),
        rows: position < codes.length ? (model.vectors.frequency[symbols[position] as number] ?? 0) : model.vectors.documents,
      };
    });
}

function countContributions(differences: readonly Difference[], share: number, model: SequenceModel): Contribution[] {
  const sum = differences.reduce((total, one) => total + one.weight, 0);
  return differences.slice(0, SHOWN).map((one) => ({
    subject: one.text,
    observed: times(one.observed),
    expected: `${times(one.expected)} (nearest of ${model.vectors.documents} normal sequences)`,
    share: sum === 0 ? 0 : (share * one.weight) / sum,
    seenBefore: one.rows,
  }));
}

function orderContributions(surprises: readonly Surprise[], share: number): Contribution[] {
  const sum = surprises.reduce((total, one) => total + one.nats, 0);
  return surprises.map((one) => ({
    subject: `position ${one.position + 1}`,
    observed: one.text,
    expected: one.expected,
    share: sum === 0 ? 0 : (share * one.nats) / sum,
    seenBefore: one.seen,
  }));
}

function what(length: number, differences: readonly Difference[], surprises: readonly Surprise[]): string {
  const unseen = differences.filter((one) => one.rows === 0);
  const size = `A sequence of ${length} ${length === 1 ? 'event' : 'events'}`;
  if (unseen[0] !== undefined)
    return `${size} contains ${unseen.length === 1 ? 'an event' : `${unseen.length} events`} never seen before: ${quote(unseen[0].text)}.`;
  const early = surprises.find((one) => one.position === length);
  if (early !== undefined && early.nats === surprises[0]?.nats) return `${size} ends where others go on with ${quote(early.expected)}.`;
  const top = differences[0];
  if (top !== undefined && top.observed < top.expected)
    return `${size} has ${quote(top.text)} ${times(top.observed)} where the most similar normal one has it ${times(top.expected)}.`;
  if (top !== undefined)
    return `${size} has ${quote(top.text)} ${times(top.observed)}, the most similar normal one ${times(top.expected)}.`;
  const surprise = surprises[0];
  if (surprise !== undefined)
    return `${size} has ${quote(surprise.text)} at position ${surprise.position + 1}, where ${quote(surprise.expected)} was expected.`;
  return `${size} combines common events in a way that is rare as a whole.`;
}

function why(model: SequenceModel, differences: readonly Difference[], surprises: readonly Surprise[], length: number): string {
  const normal = model.vectors.documents;
  const unseen = differences.filter((one) => one.rows === 0).length;
  if (unseen > 0) return `None of the ${normal} normal sequences it learnt from has ${unseen === 1 ? 'this event' : 'these events'}.`;
  const [surprise] = surprises;
  if (surprise?.position === length)
    return `Of ${normal} normal sequences ${surprise.seen === 0 ? 'none' : surprise.seen} ended after events like its last ones.`;
  const top = differences[0];
  if (top !== undefined)
    return `${top.rows} of ${normal} normal sequences have ${quote(top.text)}; none has the same counts of all events.`;
  // Learnt from the input itself, a row is the one most similar to it: all its events are then known, from itself alone.
  const rare = surprises.find(({ rows }) => rows <= normal * RARE);
  if (rare !== undefined)
    return `${rare.rows} of the ${normal} sequences it learnt from ${rare.rows === 1 ? 'has' : 'have'} ${quote(rare.text)}, which is where it differs.`;
  if (surprises.length > 0)
    return `Its events are those of a normal sequence, but in an order that ${normal} normal sequences hardly ever show.`;
  return `It lies at the edge of what ${normal} normal sequences show.`;
}

function harmless(differences: readonly Difference[], surprises: readonly Surprise[], length: number): string[] {
  const out: string[] = [];
  if (differences.some((one) => one.rows === 0))
    out.push('A new software version, configuration or feature that writes messages not seen while learning.');
  if (differences.some((one) => one.observed > one.expected && one.rows > 0))
    out.push('More work than usual of a known kind: a larger job, a retry, more clients.');
  if (differences.some((one) => one.observed < one.expected) || surprises.some((one) => one.position === length))
    out.push('The sequence was still running, or began before, where the data were cut.');
  if (surprises.some((one) => one.position < length)) out.push('Parallel work whose messages came in another order than usual.');
  return out.length > 0 ? out : ['A rare but regular combination that the training data happen not to hold.'];
}

function next(differences: readonly Difference[], marked: boolean): string[] {
  const out = marked ? ['Read the marked events and the lines around them.'] : ['Read the whole sequence from its first event.'];
  const top = differences[0];
  if (top !== undefined) out.push(`Look for ${quote(top.text)} elsewhere at the same time: one host or many?`);
  out.push('Compare with deployments, restarts and jobs of that time.');
  return out;
}

/** Of an event that the row does not have. */
function knownText(model: SequenceModel, symbol: number): string {
  const index = symbol - FIRST_EVENT;
  return model.vocabulary.texts[index] || `event ${model.vocabulary.ids[index] ?? '?'}`;
}

function textOf(batch: SequenceBatch, code: number): string {
  const text = batch.eventText?.[code];
  return text === undefined || text === '' ? `event ${batch.vocabulary[code] as string}` : text;
}

function quote(text: string): string {
  return quoted(text, 120);
}

function times(count: number): string {
  return count === 0 ? 'not at all' : count === 1 ? 'once' : `${count} times`;
}
