import { canonicalJson, VedetteError } from '../../core/index.ts';
import type { HistoryOptions } from './history.ts';
import type { FlaggedScore, Round } from './round.ts';

export interface HistoryState {
  readonly options: HistoryOptions;
  readonly rounds: Round[];
  readonly open: { body: number[]; flagged: FlaggedScore[]; rates: number };
  readonly carry: number;
}

interface Header {
  readonly schema: 'calibration-history/1';
  readonly options: HistoryOptions;
  readonly carry: number;
  readonly rates: number;
  /** The open round is the last. */
  readonly rounds: readonly { body: number; imputed: number; rate: number; cap: number; flagged: readonly (readonly [string, number])[] }[];
}

/** u32 length of the JSON header, header, then body and imputed scores of each round as little-endian doubles. */
export function encodeHistory(state: HistoryState): Uint8Array {
  const open: Round = {
    body: Float64Array.from(state.open.body),
    flagged: state.open.flagged,
    rate: 0,
    cap: 0,
    imputed: new Float64Array(0),
  };
  const rounds = [...state.rounds, open];
  const header: Header = {
    schema: 'calibration-history/1',
    options: state.options,
    carry: state.carry,
    rates: state.open.rates,
    rounds: rounds.map((round) => ({
      body: round.body.length,
      imputed: round.imputed.length,
      rate: round.rate,
      cap: round.cap,
      flagged: round.flagged.map(({ id, score }) => [id, score] as const),
    })),
  };
  const head = new TextEncoder().encode(canonicalJson(header));
  const doubles = rounds.reduce((sum, round) => sum + round.body.length + round.imputed.length, 0);
  const bytes = new Uint8Array(4 + head.length + 8 * doubles);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const round of rounds) {
    for (const scores of [round.body, round.imputed]) {
      for (const score of scores) {
        view.setFloat64(at, score, true);
        at += 8;
      }
    }
  }
  return bytes;
}

export function decodeHistory(bytes: Uint8Array): HistoryState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = headerOf(bytes, view);
  let at = 4 + view.getUint32(0, true);
  const take = (count: number): Float64Array => {
    if (at + 8 * count > bytes.length) throw corrupt('it ends early');
    const scores = new Float64Array(count);
    for (let i = 0; i < count; i++, at += 8) scores[i] = view.getFloat64(at, true);
    return scores;
  };
  const rounds = header.rounds.map(({ body, imputed, rate, cap, flagged }): Round => {
    const scores = take(body);
    return { body: scores, imputed: take(imputed), rate, cap, flagged: flagged.map(([id, score]) => ({ id, score })) };
  });
  const open = rounds.pop();
  if (open === undefined) throw corrupt('it holds no round');
  return {
    options: header.options,
    rounds,
    open: { body: Array.from(open.body), flagged: [...open.flagged], rates: header.rates },
    carry: header.carry,
  };
}

function headerOf(bytes: Uint8Array, view: DataView): Header {
  try {
    const length = view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length))) as Header;
    if (header.schema === 'calibration-history/1') return header;
  } catch (cause) {
    throw corrupt('its header is unreadable', cause);
  }
  throw corrupt('its header is of another kind');
}

function corrupt(why: string, cause?: unknown): VedetteError {
  return new VedetteError('MODEL_CORRUPT', `the calibration history is damaged: ${why}`, {
    hint: 'restore the previous checkpoint or train again',
    cause,
  });
}
