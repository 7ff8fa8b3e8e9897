import { VedetteError } from '../core/index.ts';
import type { EventArena } from './event-arena.ts';
import type { Tiers } from './tiers.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What is kept of one open session or window besides its events. */
export interface OpenSequence {
  /** Number that no other sequence of the same sequencer had. */
  readonly serial: number;
  readonly key: string;
  readonly entity: string;
  readonly part: number;
  readonly first: number;
  readonly start: number;
  readonly last: number;
  /** Order of last use. */
  readonly used: number;
}

/** The open sequences of a sequencer, by slot. */
export interface OpenSequences {
  readonly slots: readonly number[];
  describe(slot: number): OpenSequence;
  serial(slot: number): number;
  head(slot: number): number;
  count(slot: number): number;
  /** Part that holds what `describe` tells, `UNWRITTEN` when that changed since. */
  written(slot: number): number;
  wrote(slot: number, part: number): void;
}

export interface RestoredSequence extends OpenSequence {
  readonly head: number;
  readonly tail: number;
  readonly count: number;
  readonly written: number;
}

interface State {
  readonly clock: { latest: number | null; pending: number; pendingTime: number | null };
  readonly counters: Readonly<Record<string, number>>;
}

export interface RestoredState extends State {
  /** In order of last use. */
  readonly sequences: readonly RestoredSequence[];
  readonly nextSerial: number;
}

export const UNWRITTEN = -1;
/** Blob that says which parts count and which sequences of them are open. */
const OPEN = 'open';
const FIXED_COLUMNS = 6;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const NO_BYTES = new Uint8Array(0);

type Row = readonly [
  serial: number,
  key: string,
  entity: string,
  part: number,
  first: number,
  start: number,
  last: number,
  used: number,
  events: number,
];

interface PartHeader {
  readonly slots: number;
  readonly events: number;
  readonly vocabulary: readonly (readonly [string, string])[];
  readonly inputs: readonly string[];
  readonly sequences: readonly Row[];
}

interface OpenHeader extends State {
  readonly version: 2;
  readonly nextSerial: number;
  /** Oldest first: a later part has the later state of a sequence and its later events. */
  readonly parts: readonly number[];
  /** Serials of what is open, ascending, each less the one before. */
  readonly steps: readonly number[];
}

/** Open sequences with their events in parts, of which a snapshot writes only what is new (see `Tiers`). */
export class OpenSnapshot {
  private readonly tiers: Tiers;
  private readonly arena: EventArena;
  private readonly vocabulary: Vocabulary;
  private cells = new Int32Array(1024);
  private collected = 0;

  constructor(arena: EventArena, vocabulary: Vocabulary) {
    this.arena = arena;
    this.tiers = arena.tiers;
    this.vocabulary = vocabulary;
  }

  /** What the part tells of a sequence is no longer so: it changed or was closed. */
  release(part: number): void {
    if (part !== UNWRITTEN) this.tiers.release(part);
  }

  /** Blobs that changed since the last call; an empty one holds nothing any more. */
  write(open: OpenSequences, state: State, nextSerial: number, inputs: readonly string[]): Readonly<Record<string, Uint8Array>> {
    const blobs: Record<string, Uint8Array> = {};
    const touched = open.slots.filter((slot) => open.written(slot) === UNWRITTEN);
    const plan = this.tiers.plan(this.arena.unwritten + touched.length);
    if (plan !== undefined) {
      const { id, absorbed } = plan;
      const slots = absorbed.size === 0 ? touched : open.slots.filter((slot) => isOf(open.written(slot), absorbed));
      const { bytes, events } = this.part(open, slots, id, absorbed, inputs);
      blobs[String(id)] = bytes;
      this.tiers.put(id, slots.length + events);
    }
    for (const id of this.tiers.takeFreed()) blobs[String(id)] = NO_BYTES;
    const serials = open.slots.map((slot) => open.serial(slot)).sort((a, b) => a - b);
    const header: OpenHeader = {
      version: 2,
      ...state,
      nextSerial,
      parts: this.tiers.ids(),
      steps: serials.map((serial, i) => serial - (serials[i - 1] ?? 0)),
    };
    blobs[OPEN] = new TextEncoder().encode(JSON.stringify(header));
    return blobs;
  }

  /** Puts the events back into the arena, which must be empty. */
  read(blobs: Readonly<Record<string, Uint8Array>>, inputCode: (input: string) => number): RestoredState {
    this.tiers.clear();
    this.tiers.takeFreed();
    const { parts, steps, clock, counters, nextSerial } = readOpen(blobs[OPEN]);
    const sequences = new Map<number, RestoredSequence>();
    let serial = 0;
    const open = new Set(steps.map((step) => (serial += step)));
    for (const id of parts) {
      const events = this.readPart(id, blobs[String(id)], open, sequences, inputCode);
      this.tiers.put(id, events);
    }
    // A sequence counts in the part that tells of it last.
    const told = new Map<number, number>();
    for (const { written } of sequences.values()) told.set(written, (told.get(written) ?? 0) + 1);
    for (const id of parts) this.tiers.add(id, told.get(id) ?? 0);
    return { clock, counters, nextSerial, sequences: [...sequences.values()].sort((a, b) => a.used - b.used) };
  }

  /** Length-prefixed JSON, then one Float64 column per field of the events, which follow each other sequence by sequence. */
  private part(
    open: OpenSequences,
    slots: readonly number[],
    id: number,
    absorbed: ReadonlySet<number>,
    inputs: readonly string[],
  ): { bytes: Uint8Array; events: number } {
    const { arena } = this;
    const counts = slots.map((slot) => this.collect(open.head(slot), open.count(slot), id, absorbed));
    const cells = this.cells.subarray(0, this.collected);
    this.collected = 0;
    const events = cells.length;
    const words = renumbered((cell) => arena.code(cell), cells);
    const named = renumbered((cell) => arena.input(cell), cells);
    const header: PartHeader = {
      slots: arena.slots,
      events,
      vocabulary: words.used.map((code) => [this.vocabulary.id(code), this.vocabulary.text(code)]),
      inputs: named.used.map((code) => inputs[code] as string),
      sequences: slots.map((slot, i) => {
        open.wrote(slot, id);
        const { serial, key, entity, part, first, start, last, used } = open.describe(slot);
        return [serial, key, entity, part, first, start, last, used, counts[i] as number];
      }),
    };
    const columns = new Float64Array(events * (FIXED_COLUMNS + arena.slots));
    columns.set(words.codes, 0);
    columns.set(named.codes, 2 * events);
    for (let i = 0; i < events; i++) {
      const cell = cells[i] as number;
      columns[events + i] = arena.time(cell);
      columns[3 * events + i] = arena.line(cell);
      columns[4 * events + i] = arena.offset(cell);
      columns[5 * events + i] = arena.length(cell);
      for (let s = 0; s < arena.slots; s++) columns[(FIXED_COLUMNS + s) * events + i] = arena.number(cell, s);
    }
    const text = Buffer.from(JSON.stringify(header));
    const bytes = new Uint8Array(4 + text.length + columns.byteLength);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 4);
    const values = Buffer.from(columns.buffer);
    if (!LITTLE_ENDIAN) values.swap64();
    bytes.set(values, 4 + text.length);
    return { bytes, events };
  }

  /** The events of a list that are in no part, or in one that is absorbed; from here on they are of part `id`. */
  private collect(head: number, count: number, id: number, absorbed: ReadonlySet<number>): number {
    const { arena } = this;
    const before = this.collected;
    let cell = head;
    for (let i = 0; i < count; i++, cell = arena.next(cell)) {
      if (!isOf(arena.part(cell), absorbed)) continue;
      if (this.collected === this.cells.length) {
        const wider = new Int32Array(this.cells.length * 2);
        wider.set(this.cells);
        this.cells = wider;
      }
      this.cells[this.collected++] = cell;
      arena.write(cell, id);
    }
    return this.collected - before;
  }

  private readPart(
    id: number,
    blob: Uint8Array | undefined,
    open: ReadonlySet<number>,
    sequences: Map<number, RestoredSequence>,
    inputCode: (input: string) => number,
  ): number {
    const { arena } = this;
    const { header, columns } = partOf(blob, arena.slots);
    const { events } = header;
    const codes = header.vocabulary.map(([word, text]) => this.vocabulary.intern(word, text));
    const inputs = header.inputs.map(inputCode);
    let event = 0;
    let live = 0;
    for (const [serial, key, entity, part, first, start, last, used, own] of header.sequences) {
      if (!open.has(serial)) {
        event += own;
        continue;
      }
      const before = sequences.get(serial);
      let { head, tail } = before ?? { head: UNWRITTEN, tail: UNWRITTEN };
      for (let i = 0; i < own; i++, event++) {
        const at = (column: number): number => columns[column * events + event] as number;
        const cell = arena.allocate(codes[at(0)] as number, inputs[at(2)] as number, at(5), at(1), at(3), at(4));
        arena.write(cell, id);
        for (let s = 0; s < arena.slots; s++) arena.putNumber(cell, s, at(FIXED_COLUMNS + s));
        if (tail < 0) head = cell;
        else arena.link(tail, cell);
        tail = cell;
      }
      live += own;
      const count = (before?.count ?? 0) + own;
      sequences.set(serial, { serial, key, entity, part, first, start, last, used, head, tail, count, written: id });
    }
    return live;
  }
}

function isOf(part: number, absorbed: ReadonlySet<number>): boolean {
  return part === UNWRITTEN || absorbed.has(part);
}

/** Codes of the cells, renumbered by first occurrence. */
function renumbered(codeOf: (cell: number) => number, cells: Int32Array): { codes: Int32Array; used: number[] } {
  const codes = new Int32Array(cells.length);
  const used: number[] = [];
  const index = new Map<number, number>();
  for (let i = 0; i < cells.length; i++) {
    const code = codeOf(cells[i] as number);
    let own = index.get(code);
    if (own === undefined) {
      own = used.push(code) - 1;
      index.set(code, own);
    }
    codes[i] = own;
  }
  return { codes, used };
}

function readOpen(blob: Uint8Array | undefined): OpenHeader {
  try {
    const header = JSON.parse(new TextDecoder().decode(blob)) as OpenHeader;
    if (header.version !== 2) throw new Error(`version ${header.version}`);
    return header;
  } catch (cause) {
    throw unreadable(cause);
  }
}

function partOf(blob: Uint8Array | undefined, slots: number): { header: PartHeader; columns: Float64Array } {
  try {
    if (blob === undefined) throw new Error('a part is missing');
    const length = new DataView(blob.buffer, blob.byteOffset, blob.byteLength).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(blob.subarray(4, 4 + length))) as PartHeader;
    const expected = header.events * (FIXED_COLUMNS + slots) * 8;
    if (header.slots !== slots || blob.length !== 4 + length + expected)
      throw new Error(`${blob.length} bytes, expected ${4 + length + expected}`);
    const values = Buffer.from(blob.slice(4 + length).buffer);
    if (!LITTLE_ENDIAN) values.swap64();
    return { header, columns: new Float64Array(values.buffer, values.byteOffset, expected / 8) };
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): VedetteError {
  return new VedetteError('STORE_CORRUPT', 'the snapshot of open sessions cannot be read', {
    hint: 'start from an earlier checkpoint',
    cause,
  });
}
