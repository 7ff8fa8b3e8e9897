import { type Contribution, type Explanation, eventEvidence, quoted, type SequenceBatch, sequenceAt } from '../../core/index.ts';
import { BEGIN, END, FIRST_EVENT, UNKNOWN } from '../sequence/vocabulary.ts';
import type { Tails } from './arms.ts';
import type { DeepLogConfig } from './config.ts';
import { armsOf, predictRows, scoreRows } from './model.ts';
import { type ParameterSurprise, unscaled } from './parameters.ts';
import type { DeepLogState } from './snapshot.ts';
import { windowsOf } from './windows.ts';

const SHOWN = 5;
/** Nats: an event the network gave less than 1 in 20. */
const SURPRISING = 3;

interface Step {
  readonly event: string;
  readonly probability: number;
}

interface Surprise {
  readonly position: number;
  readonly text: string;
  readonly unseen: boolean;
  readonly nats: number;
  readonly expected: readonly Step[];
}

/** Why a row is unusual: what came where the network expected other events, and the numbers out of their usual range. */
export async function explainRow(
  state: DeepLogState,
  config: DeepLogConfig,
  tails: Tails,
  batch: SequenceBatch,
  row: number,
): Promise<Explanation> {
  const { model } = state;
  const codes = sequenceAt(batch, row);
  const symbols = model.vocabulary.encode(batch, row, row + 1, false).symbols;
  const { nats } = await predictRows(model, config, batch, row, row + 1);
  const { arms } = await scoreRows(model, config, batch, row, row + 1, armsOf(state.calibration));
  const parameter = model.parameters?.worst(batch, row);
  const order = Array.from(nats.keys())
    .sort((a, b) => (nats[b] as number) - (nats[a] as number) || a - b)
    .filter((position, i) => i === 0 || (nats[position] as number) >= SURPRISING)
    .slice(0, SHOWN);
  const nextSteps = order.length === 0 ? [] : await expectedSteps(state, config, batch, row, order);
  const surprises = order.map((position, i): Surprise => {
    const code = codes[position];
    return {
      position,
      text: code === undefined ? 'the end' : textOf(batch, code),
      unseen: symbols[position] === UNKNOWN,
      nats: nats[position] as number,
      expected: nextSteps[i] ?? [],
    };
  });
  const weights = [...tails].map(([arm, tail]) => ({ arm, weight: -tail.logP(arms[arm]?.[0] ?? 0) }));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const share = total === 0 ? 0 : (weights.find(({ arm }) => arm === 'parameters')?.weight ?? 0) / total;
  const inside = surprises.filter(({ position }) => position < codes.length).map(({ position }) => position);
  const marked = [...new Set(share > 0.5 && parameter !== undefined ? [...inside, parameter.position] : inside)].sort((a, b) => a - b);
  const first = surprises[0];
  const numbersLead = parameter !== undefined && share > 0.5;
  return {
    what: numbersLead ? numberWhat(batch, codes, parameter) : eventWhat(codes.length, first),
    why: numbersLead ? numberWhy(parameter) : eventWhy(state.rows, first),
    harmless: harmless(first, codes.length, numbersLead),
    next: next(first, marked.length > 0),
    contributions: contributions(surprises, 1 - share, parameter, share, batch, codes, state.rows),
    kind: numbersLead ? ['number', parameter.name, textOf(batch, codes[parameter.position] as number)] : eventKind(codes.length, first),
    ...(first === undefined ? {} : { expectedNext: first.expected }),
    surprising: marked,
    evidence: eventEvidence(batch, row, marked.length > 0 || codes.length === 0 ? marked : [codes.length - 1]),
  };
}

/** The most probable next events at each of the positions. */
async function expectedSteps(
  state: DeepLogState,
  config: DeepLogConfig,
  batch: SequenceBatch,
  row: number,
  positions: readonly number[],
): Promise<Step[][]> {
  const { network, vocabulary } = state.model;
  const windows = windowsOf(vocabulary.encode(batch, row, row + 1, false), config.history, config.endToken);
  const { history } = windows;
  const inputs = new Int32Array(positions.length * history);
  for (const [i, position] of positions.entries()) {
    const at = (windows.of[position] as number) * history;
    inputs.set(windows.symbols.subarray(at, at + history), i * history);
  }
  const logp = await network.run(inputs, positions.length);
  return positions.map((_, i) =>
    Array.from(logp.subarray(i * network.symbols, (i + 1) * network.symbols), (value, symbol) => ({ symbol, probability: Math.exp(value) }))
      .filter(({ symbol }) => symbol === END || (symbol >= FIRST_EVENT && symbol < vocabulary.size && symbol !== BEGIN))
      .sort((a, b) => b.probability - a.probability || a.symbol - b.symbol)
      .slice(0, SHOWN)
      .map(({ symbol, probability }) => ({
        event: symbol === END ? 'the end' : (state.texts[symbol - FIRST_EVENT] as string),
        probability,
      })),
  );
}

function contributions(
  surprises: readonly Surprise[],
  eventShare: number,
  parameter: ParameterSurprise | undefined,
  parameterShare: number,
  batch: SequenceBatch,
  codes: Int32Array,
  rows: number,
): Contribution[] {
  const sum = surprises.reduce((total, { nats }) => total + nats, 0);
  const events = surprises.map((one) => ({
    subject: one.position < codes.length ? `position ${one.position + 1}` : 'end of the sequence',
    observed: one.text,
    expected: one.expected[0] === undefined ? 'nothing known' : `${one.expected[0].event} (${percent(one.expected[0].probability)})`,
    share: sum === 0 ? 0 : (eventShare * one.nats) / sum,
    seenBefore: one.unseen ? 0 : Math.round(rows * Math.exp(-one.nats)),
  }));
  if (parameter === undefined) return events;
  const number = {
    subject: `${parameter.name} of ${quote(textOf(batch, codes[parameter.position] as number))}`,
    observed: shown(parameter, parameter.value),
    expected: `about ${shown(parameter, unscaled(parameter.usual.median))}`,
    share: parameterShare,
    seenBefore: parameter.z > 3 ? 0 : parameter.usual.values,
  };
  return [...events, number].sort((a, b) => b.share - a.share);
}

/** What like sequences share, wherever in the row it shows. */
function eventKind(length: number, first: Surprise | undefined): string[] {
  if (first === undefined) return ['too short'];
  if (first.unseen) return ['never seen', first.text];
  const expected = first.expected[0]?.event ?? '';
  return first.position >= length ? ['ends before', expected] : ['instead', first.text, expected];
}

function eventWhat(length: number, first: Surprise | undefined): string {
  const size = `A sequence of ${length} ${length === 1 ? 'event' : 'events'}`;
  if (first === undefined) return `${size} holds nothing that can be judged.`;
  if (first.unseen) return `${size} contains an event never seen before: ${quote(first.text)}.`;
  const expected = first.expected[0];
  const usual = expected === undefined ? '' : `, where ${quote(expected.event)} was expected`;
  if (first.position >= length) return `${size} ends after event ${length}${usual}.`;
  return `${size} has ${quote(first.text)} at position ${first.position + 1}${usual}.`;
}

function eventWhy(rows: number, first: Surprise | undefined): string {
  if (first === undefined) return `It is shorter than what ${rows} normal sequences teach about.`;
  if (first.unseen) return `None of the ${rows} normal sequences it learnt from has this event.`;
  const likely = first.expected[0];
  const usual = likely === undefined ? '' : `; in ${percent(likely.probability)} of such cases ${quote(likely.event)} follows`;
  return `After the events before it this is expected about once in ${Math.round(Math.exp(first.nats)).toLocaleString('en')} cases${usual}.`;
}

function numberWhat(batch: SequenceBatch, codes: Int32Array, parameter: ParameterSurprise): string {
  return `The ${parameter.name} of ${quote(textOf(batch, codes[parameter.position] as number))} is ${shown(parameter, parameter.value)}, usually about ${shown(parameter, unscaled(parameter.usual.median))}.`;
}

function numberWhy(parameter: ParameterSurprise): string {
  return `It lies ${parameter.z.toFixed(1)} times the usual spread away from the middle of ${parameter.usual.values} earlier values.`;
}

function shown(parameter: ParameterSurprise, value: number): string {
  if (parameter.name !== 'time gap') return String(Number(value.toPrecision(6)));
  return value < 1000
    ? `${Number(value.toPrecision(3))} ms`
    : value < 600_000
      ? `${(value / 1000).toFixed(1)} s`
      : `${(value / 60_000).toFixed(1)} min`;
}

function harmless(first: Surprise | undefined, length: number, numbers: boolean): string[] {
  const out: string[] = [];
  if (numbers) out.push('More load or larger requests than in the time it learnt from.');
  if (first?.unseen === true) out.push('A new software version, configuration or feature that writes messages not seen while learning.');
  if (first !== undefined && first.position >= length) out.push('The sequence was still running where the data were cut.');
  if (out.length === 0) out.push('Parallel work whose messages came in another order than usual.');
  return out;
}

function next(first: Surprise | undefined, marked: boolean): string[] {
  const out = [marked ? 'Read the marked events and the lines around them.' : 'Read the whole sequence from its first event.'];
  if (first?.expected[0] !== undefined) out.push(`Find out why ${quote(first.expected[0].event)} did not follow.`);
  out.push('Compare with deployments, restarts and jobs of that time.');
  return out;
}

function textOf(batch: SequenceBatch, code: number): string {
  const text = batch.eventText?.[code];
  return text === undefined || text === '' ? `event ${batch.vocabulary[code] as string}` : text;
}

function quote(text: string): string {
  return quoted(text, 120);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.0995 ? 0 : 2)} %`;
}
