import { VedetteError } from '../core/index.ts';
import type { EventArena } from './event-arena.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One open session or window; its events follow in the columns, in order. */
export interface OpenSequence {
  readonly key: string;
  readonly entity: string;
  readonly part: number;
  readonly first: number;
  readonly start: number;
  readonly last: number;
  readonly head: number;
  readonly count: number;
}

interface Header<State> {
  readonly version: 1;
  readonly slots: number;
  readonly events: number;
  readonly vocabulary: readonly (readonly [string, string])[];
  readonly inputs: readonly string[];
  readonly state: State;
}

interface SnapshotState {
  readonly sessions: readonly OpenSequence[];
}

const FIXED_COLUMNS = 6;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Length-prefixed JSON, then one Float64 column per field of the open events. Codes are renumbered, so equal states give equal bytes. */
export function writeSnapshot<State extends SnapshotState>(
  state: State,
  arena: EventArena,
  vocabulary: Vocabulary,
  inputs: readonly string[],
): Uint8Array {
  const events = state.sessions.reduce((sum, session) => sum + session.count, 0);
  const { slots } = arena;
  const columns = new Float64Array(events * (FIXED_COLUMNS + slots));
  const codes = new Map<number, number>();
  const words: [string, string][] = [];
  const inputCodes = new Map<number, number>();
  const usedInputs: string[] = [];
  let to = 0;
  for (const session of state.sessions) {
    let cell = session.head;
    for (let i = 0; i < session.count; i++) {
      const code = arena.code[cell] as number;
      if (!codes.has(code)) codes.set(code, words.push([vocabulary.id(code), vocabulary.text(code)]) - 1);
      const input = arena.input[cell] as number;
      if (!inputCodes.has(input)) inputCodes.set(input, usedInputs.push(inputs[input] as string) - 1);
      columns[to] = codes.get(code) as number;
      columns[events + to] = arena.time[cell] as number;
      columns[2 * events + to] = inputCodes.get(input) as number;
      columns[3 * events + to] = arena.line[cell] as number;
      columns[4 * events + to] = arena.offset[cell] as number;
      columns[5 * events + to] = arena.length[cell] as number;
      for (let s = 0; s < slots; s++) columns[(FIXED_COLUMNS + s) * events + to] = arena.numbers[cell * slots + s] as number;
      to++;
      cell = arena.next[cell] as number;
    }
  }
  const plain = { ...state, sessions: state.sessions.map((session) => ({ ...session, head: 0 })) };
  const header: Header<State> = { version: 1, slots, events, vocabulary: words, inputs: usedInputs, state: plain };
  const text = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(4 + text.length + columns.byteLength);
  bytes.writeUInt32LE(text.length, 0);
  text.copy(bytes, 4);
  const values = Buffer.from(columns.buffer);
  if (!LITTLE_ENDIAN) values.swap64();
  values.copy(bytes, 4 + text.length);
  return new Uint8Array(bytes);
}

export interface RestoredState {
  readonly sessions: readonly (OpenSequence & { readonly tail: number })[];
  readonly clock: { latest: number | null; pending: number; pendingTime: number | null };
  readonly counters: Readonly<Record<string, number>>;
}

/** Puts the events back into `arena` and returns the sessions with their new list heads and tails. */
export function readSnapshot(
  snapshot: Uint8Array,
  arena: EventArena,
  vocabulary: Vocabulary,
  inputCode: (input: string) => number,
): RestoredState {
  const bytes = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  const { header, at } = readHeader(bytes, arena.slots);
  const { events } = header;
  const codes = header.vocabulary.map(([id, text]) => vocabulary.intern(id, text));
  const inputs = header.inputs.map(inputCode);
  const column = (field: number, event: number): number => bytes.readDoubleLE(at + (field * events + event) * 8);
  let event = 0;
  const sessions = header.state.sessions.map((session) => {
    let head = -1;
    let tail = -1;
    for (let i = 0; i < session.count; i++, event++) {
      const cell = arena.allocate(codes[column(0, event)] as number);
      arena.time[cell] = column(1, event);
      arena.input[cell] = inputs[column(2, event)] as number;
      arena.line[cell] = column(3, event);
      arena.offset[cell] = column(4, event);
      arena.length[cell] = column(5, event);
      for (let s = 0; s < arena.slots; s++) arena.numbers[cell * arena.slots + s] = column(FIXED_COLUMNS + s, event);
      if (head < 0) head = cell;
      else arena.next[tail] = cell;
      tail = cell;
    }
    return { ...session, head, tail };
  });
  return { ...header.state, sessions };
}

function readHeader(bytes: Buffer, slots: number): { header: Header<RestoredState>; at: number } {
  try {
    const length = bytes.readUInt32LE(0);
    const header = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Header<RestoredState>;
    const expected = 4 + length + header.events * (FIXED_COLUMNS + slots) * 8;
    if (header.version !== 1 || header.slots !== slots || bytes.length !== expected)
      throw new Error(`${bytes.length} bytes, expected ${expected}`);
    return { header, at: 4 + length };
  } catch (cause) {
    throw new VedetteError('STORE_CORRUPT', 'the snapshot of open sessions cannot be read', {
      hint: 'start from an earlier checkpoint',
      cause,
    });
  }
}
