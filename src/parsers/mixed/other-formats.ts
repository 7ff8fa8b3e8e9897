import type { TextArena } from '../bytes/arena.ts';
import { isDigit, skipBlanks } from '../bytes/ascii.ts';
import { looksContinued } from '../continuation.ts';
import type { LogFormat } from '../formats/format.ts';
import { Header } from '../formats/header.ts';
import { formatNamed, LOG_FORMATS } from '../formats/index.ts';
import type { Calendar } from '../time/calendar.ts';
import { chooseFormats, UNMISTAKABLE } from './choose-formats.ts';

/** Formats kept beside the main one; of more the one chosen first goes. */
const MOST_FORMATS = 6;
/** Unread lines that a choice is made from. */
const SAMPLE_LINES = 32;
const SAMPLE_BYTES = 1024;
/** Unread lines until the next choice after one that found nothing: doubled each time, up to this. */
const LONGEST_WAIT = 4096;
/** A time is looked for in so many bytes of a line, and takes so many digits. */
const TIME_WITHIN = 128;
const TIME_DIGITS = 4;
const BRACE = 123;

/** How a record was read that the main format does not fit. */
export interface OtherReading {
  readonly format: LogFormat;
  readonly header: Header;
}

/** Replaced, never changed: a reference to it is all that is needed to come back to it. */
export interface OthersState {
  /** Names, the first chosen first. */
  readonly chosen: readonly string[];
  /** The last lines that no chosen format reads. */
  readonly unread: readonly Uint8Array[];
  /** Unread lines since the last choice, and how many make the next one due. */
  readonly seen: number;
  readonly due: number;
}

export const NO_OTHERS: OthersState = { chosen: [], unread: [], seen: 0, due: SAMPLE_LINES };

/**
 * The formats of the lines that the main format of an input does not fit. A few are chosen, from the heads of inputs and again whenever many
 * lines are read by none of them; a line that none of these reads is tried by every format, the most special first. What a line is read as depends on the
 * lines before it alone, not on how they came.
 */
export class OtherFormats {
  private readonly main: LogFormat;
  private current = NO_OTHERS;
  private chosen: readonly OtherReading[] = [];
  private readonly all: readonly OtherReading[];

  constructor(main: LogFormat) {
    this.main = main;
    this.all = [...LOG_FORMATS.values()]
      .filter((format) => format !== main && format.recognised !== false)
      .sort((a, b) => b.specificity - a.specificity)
      .map((format) => ({ format, header: new Header(format.fields.length) }));
  }

  get state(): OthersState {
    return this.current;
  }

  set state(state: OthersState) {
    if (state.chosen !== this.current.chosen) this.chosen = this.readingsOf(state.chosen);
    this.current = state;
  }

  /** Chooses from the first records of an input, one a line. */
  meet(records: readonly Uint8Array[]): void {
    this.add(chooseFormats(this.main, this.current.chosen, records));
  }

  /**
   * Reads arena.bytes[start, end), which the main format does not fit. `joins`: it may as well continue the event before it, and is one of its own
   * only with a time. Undefined: no format reads it.
   */
  read(arena: TextArena, start: number, end: number, calendar: Calendar, joins: boolean): OtherReading | undefined {
    const datable = mayHaveTime(arena.bytes, start, end);
    if (joins && (!datable || looksContinued(arena.bytes, start, end))) return undefined;
    for (const reading of this.chosen) if (fits(reading, true, arena, start, end, calendar, joins)) return reading;
    const found = datable ? this.all.find((reading) => fits(reading, false, arena, start, end, calendar, joins)) : undefined;
    this.remember(arena.bytes, start, end);
    return found;
  }

  private remember(bytes: Uint8Array, start: number, end: number): void {
    const { unread, seen, due, chosen } = this.current;
    const line = bytes.slice(start, Math.min(end, start + SAMPLE_BYTES));
    const lines = [...(unread.length < SAMPLE_LINES ? unread : unread.slice(1)), line];
    this.current = { chosen, unread: lines, seen: seen + 1, due };
    if (seen + 1 < due) return;
    const added = chooseFormats(this.main, chosen, lines);
    if (added.length > 0) this.add(added);
    else this.current = { chosen, unread: [], seen: 0, due: Math.min(LONGEST_WAIT, due * 2) };
  }

  private add(names: readonly string[]): void {
    if (names.length > 0) this.state = { ...NO_OTHERS, chosen: [...this.current.chosen, ...names].slice(-MOST_FORMATS) };
  }

  private readingsOf(names: readonly string[]): OtherReading[] {
    return names
      .map((name) => formatNamed(name))
      .sort((a, b) => b.specificity - a.specificity)
      .map((format) => ({ format, header: new Header(format.fields.length) }));
  }
}

function fits(
  { format, header }: OtherReading,
  isChosen: boolean,
  arena: TextArena,
  start: number,
  end: number,
  calendar: Calendar,
  joins: boolean,
): boolean {
  header.clear();
  if (format.scan(arena, start, end, header, calendar) !== true) return false;
  return !Number.isNaN(header.time) || (!joins && (isChosen || format.specificity >= UNMISTAKABLE));
}

/** Whether a line has enough digits for a time, or is JSON, which need not have one. */
function mayHaveTime(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[skipBlanks(bytes, start, end)] === BRACE) return true;
  const limit = Math.min(end, start + TIME_WITHIN);
  let digits = 0;
  for (let at = start; at < limit; at++) if (isDigit(bytes[at]) && ++digits === TIME_DIGITS) return true;
  return false;
}
