import type { TextArena } from '../bytes/arena.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Header } from './header.ts';

/**
 * Which lines continue the event before them: `none` (a record is a line), `indented` (leading blank, `at `, `Caused by`,
 * `...`), `headerless` (every line that has no header of its own).
 */
export type Joining = 'none' | 'indented' | 'headerless';

/** Drain's settings for a format: similarity threshold and tree depth (root and length level included). */
export interface DrainPreset {
  readonly similarity: number;
  readonly depth: number;
  /** Masked tokens count as equal; for thresholds published for lines whose numbers stay as they are. */
  readonly countMasked?: boolean;
}

/** One log format: how a record's header is read. Scanners are linear in the record and never throw. */
export interface LogFormat {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Names of the header fields that `Header.fieldStart` and `fieldEnd` hold, in order of appearance. */
  readonly fields: readonly string[];
  readonly joining: Joining;
  readonly drain: DrainPreset;
  /** Of two formats that fit a sample equally the more specific is taken. */
  readonly specificity: number;
  /** False: it fits everything, so it has to be named. */
  readonly recognised?: false;
  /** Texts that all stand in its files and together in no others: it is recognised by them, not by the lines it fits. */
  readonly signs?: readonly string[];
  /** Its lines without a time have that of the line before. */
  readonly keepsTime?: true;
  /** Its fields tell of outcomes and peers, so that detectors want them. */
  readonly telling?: true;
  /** Formats whose records it reads as well. */
  readonly covers?: readonly string[];
  /**
   * Reads the record arena.bytes[start, end), terminator excluded, into `header` (cleared before). False, or a text that
   * says why not, when the record does not fit.
   */
  scan(arena: TextArena, start: number, end: number, header: Header, calendar: Calendar): boolean | string;
}

/** Drain's defaults (He et al. 2017, logparser benchmark). */
export const DEFAULT_DRAIN: DrainPreset = { similarity: 0.5, depth: 4 };
