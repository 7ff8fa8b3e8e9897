import { decodeUtf8, type LogBatch } from '../core/index.ts';
import { isBetween } from './key-reader.ts';
import { formatSessionKey, KEYWORDS, type SessionKey } from './session-key.ts';
import { classify, isTokenByte, type Token, TokenKind } from './token.ts';

/** Lines looked at; enough to rank identifiers, bounded for any input. */
const SAMPLE_ROWS = 50_000;
const SEARCHED_BYTES = 2_048;
const MAX_CANDIDATES = 128;
const MAX_VALUES = 100_000;
/** Below this no identifier parts the lines well and windows are used. */
const ACCEPT = 0.1;
/** Header fields that name who or what a line belongs to; a time, a level or a size groups lines too, but by accident. */
const IDENTIFYING_FIELD =
  /^(?:addr|(?:.*[._-])?(?:client|remote|user|session|request|req|trace|transaction|correlation|job|task|tenant|instance|container|ip)(?:[._-]?(?:id|ip|addr|address|name))?)$/i;
/** Sessions by an identifier that fewer lines name would leave most of the log out. */
const MIN_COVERAGE = 0.25;
/** Sessions of fewer events on average say little about order. */
const FEW_EVENTS = 4;

interface ValueStats {
  count: number;
  first: number;
  last: number;
  /** Bits of the templates seen, hashed to 32. */
  templates: number;
}

interface Candidate {
  readonly key: SessionKey;
  readonly values: Map<string, ValueStats>;
  rows: number;
  occurrences: number;
  lastRow: number;
}

/** Candidates by kind and by what tells keys of a kind apart; beyond the bound there are no further ones. */
class Candidates {
  private readonly byKind = new Map<SessionKey['kind'], Map<string | number, Candidate>>();
  private size = 0;

  of(
    kind: 'pid' | 'ip' | 'pointer' | 'mac' | 'field' | 'keyword' | 'prefix' | 'uuid' | 'hex',
    detail: string | number = '',
  ): Candidate | undefined {
    let ofKind = this.byKind.get(kind);
    if (ofKind === undefined) {
      ofKind = new Map();
      this.byKind.set(kind, ofKind);
    }
    const known = ofKind.get(detail);
    if (known !== undefined || this.size >= MAX_CANDIDATES) return known;
    this.size++;
    const candidate = { key: keyFor(kind, detail), values: new Map<string, ValueStats>(), rows: 0, occurrences: 0, lastRow: -1 };
    ofKind.set(detail, candidate);
    return candidate;
  }

  *all(): Generator<Candidate> {
    for (const ofKind of this.byKind.values()) yield* ofKind.values();
  }
}

function keyFor(kind: Parameters<Candidates['of']>[0], detail: string | number): SessionKey {
  switch (kind) {
    case 'field':
      return { kind, name: String(detail) };
    case 'keyword':
      return { kind, word: String(detail) };
    case 'prefix':
    case 'uuid':
      return { kind, prefix: String(detail) };
    case 'hex':
      return { kind, length: Number(detail) };
    default:
      return { kind };
  }
}

/** How well an identifier parts lines into sessions; every part is within 0..1. */
export interface KeyScore {
  readonly key: SessionKey;
  readonly score: number;
  /** Share of lines that name the identifier. */
  readonly coverage: number;
  readonly values: number;
  readonly eventsPerValue: number;
  readonly templatesPerValue: number;
}

export interface Discovery {
  /** Absent: no identifier fits, use windows. */
  readonly key?: SessionKey;
  /** What was chosen and why, one line. */
  readonly why: string;
  /** Best first. */
  readonly candidates: readonly KeyScore[];
}

/**
 * Finds the identifier that best parts lines into sessions: named by many lines, several lines and several templates per value,
 * one value per line, each value's lines close together. Depends on the lines alone, so it is the same on every run.
 */
export function discoverSessionKey(batches: readonly LogBatch[]): Discovery {
  const candidates = new Candidates();
  let rows = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const batch of batches) {
    for (let row = 0; row < batch.rows && rows < SAMPLE_ROWS; row++, rows++) {
      const time = batch.time[row] as number;
      if (time < from) from = time;
      if (time > to) to = time;
      collect(candidates, batch, row, rows, Number.isNaN(time) ? rows : time);
    }
  }
  const span = to > from ? to - from : Math.max(rows, 1);
  const scored = [...candidates.all()]
    .map((candidate) => rate(candidate, rows, span))
    .sort((a, b) => b.score - a.score || (formatSessionKey(a.key) < formatSessionKey(b.key) ? -1 : 1));
  const best = scored[0];
  if (best === undefined || best.score < ACCEPT) {
    const runnerUp =
      best === undefined
        ? 'no identifier was found'
        : `the best identifier, ${formatSessionKey(best.key)}, is on ${percent(best.coverage)} of the lines and parts them poorly`;
    return { why: `windows per host and component: ${runnerUp}`, candidates: scored };
  }
  const why = `sessions by ${formatSessionKey(best.key)}: on ${percent(best.coverage)} of the lines, ${best.values} values with ${best.eventsPerValue.toFixed(1)} events and ${best.templatesPerValue.toFixed(1)} different events each`;
  return { key: best.key, why, candidates: scored };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.995 ? 0 : 1)} %`;
}

const token: Token = { start: 0, end: 0, kind: 0, prefixEnd: 0, digits: 0 };

function collect(candidates: Candidates, batch: LogBatch, row: number, index: number, time: number): void {
  const template = batch.template[row] as number;
  const note = (candidate: Candidate | undefined, value: string): void => {
    if (candidate !== undefined) observe(candidate, value, index, time, template);
  };
  const pid = batch.pid[row] as number;
  if (pid > 0) note(candidates.of('pid'), String(pid));
  for (const name of Object.keys(batch.fields ?? {})) {
    if (!IDENTIFYING_FIELD.test(name)) continue;
    const column = batch.fields?.[name];
    if (column === undefined || (column.start[row] as number) < 0) continue;
    const [start, end] = [column.start[row] as number, column.end[row] as number];
    if (end - start > 2 && end - start <= 128) note(candidates.of('field', name), decodeUtf8(column.bytes, start, end));
  }
  const { bytes } = batch.message;
  const start = batch.message.start[row] as number;
  if (start < 0) return;
  const end = Math.min(batch.message.end[row] as number, start + SEARCHED_BYTES);
  let keyword = '';
  let keywordEnd = -1;
  for (let at = start; at < end; ) {
    while (at < end && !isTokenByte(bytes[at] as number)) at++;
    const from = at;
    while (at < end && isTokenByte(bytes[at] as number)) at++;
    if (from === at || !classify(bytes, from, at, token)) continue;
    if (keyword !== '' && joined(bytes, keywordEnd, token.start))
      note(candidates.of('keyword', keyword), text(bytes, token.start, token.end));
    keyword = '';
    if (token.kind === TokenKind.word) {
      if (token.end - token.start > LONGEST_KEYWORD) continue;
      const word = text(bytes, token.start, token.end).toLowerCase();
      if (KEYWORDS.has(word)) {
        keyword = word;
        keywordEnd = token.end;
      }
      continue;
    }
    const candidate = candidateOf(candidates, bytes);
    if (candidate !== undefined) note(candidate, text(bytes, token.start, token.end));
  }
}

const LONGEST_KEYWORD = Math.max(...Array.from(KEYWORDS, (word) => word.length));

function joined(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isBetween(bytes[i] as number)) return false;
  return to > from;
}

function candidateOf(candidates: Candidates, bytes: Uint8Array): Candidate | undefined {
  switch (token.kind) {
    case TokenKind.prefixed:
      return candidates.of('prefix', text(bytes, token.start, token.prefixEnd));
    case TokenKind.uuid:
      return candidates.of('uuid', text(bytes, token.start, token.prefixEnd));
    case TokenKind.hex:
      return candidates.of('hex', token.end - token.start);
    case TokenKind.ip:
      return candidates.of('ip');
    case TokenKind.pointer:
      return candidates.of('pointer');
    case TokenKind.mac:
      return candidates.of('mac');
    default:
      return undefined;
  }
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return decodeUtf8(bytes, start, Math.min(end, start + 128));
}

function observe(candidate: Candidate, value: string, row: number, time: number, template: number): void {
  candidate.occurrences++;
  if (candidate.lastRow !== row) {
    candidate.lastRow = row;
    candidate.rows++;
  }
  const stats = candidate.values.get(value);
  const bit = 1 << (Math.imul(template + 1, 0x9e3779b1) >>> 27);
  if (stats !== undefined) {
    stats.count++;
    if (time < stats.first) stats.first = time;
    if (time > stats.last) stats.last = time;
    stats.templates |= bit;
  } else if (candidate.values.size < MAX_VALUES) {
    candidate.values.set(value, { count: 1, first: time, last: time, templates: bit });
  }
}

function rate(candidate: Candidate, rows: number, span: number): KeyScore {
  let grouped = 0;
  let several = 0;
  let variety = 0;
  let largest = 0;
  const durations: number[] = [];
  for (const stats of candidate.values.values()) {
    largest = Math.max(largest, stats.count);
    if (stats.count < 2) continue;
    grouped += stats.count;
    several++;
    variety += bits(stats.templates);
    durations.push((stats.last - stats.first) / span);
  }
  durations.sort((a, b) => a - b);
  const coverage = candidate.rows / rows;
  const templatesPerValue = several === 0 ? 1 : variety / several;
  const partition = {
    grouped: grouped / candidate.occurrences,
    variety: Math.min(1, (templatesPerValue - 1) / 2),
    alone: Math.sqrt(candidate.rows / candidate.occurrences),
    bounded: 1 - (durations[durations.length >> 1] ?? 1),
    spread: 1 - largest / candidate.occurrences,
  };
  const eventsPerValue = candidate.occurrences / Math.max(1, candidate.values.size);
  const enough = several >= 3 && coverage >= MIN_COVERAGE ? Math.min(1, eventsPerValue / FEW_EVENTS) : 0;
  const score =
    enough *
    coverage *
    partition.grouped *
    (0.1 + 0.9 * partition.variety) *
    partition.alone *
    (0.2 + 0.8 * partition.bounded) *
    Math.sqrt(partition.spread);
  return {
    key: candidate.key,
    score,
    coverage,
    values: candidate.values.size,
    eventsPerValue,
    templatesPerValue,
  };
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
