import type { ColumnMemory, Micros } from '../core/index.ts';
import type { FixedTemplate } from './drain/fixed.ts';
import type { Mask } from './drain/masks.ts';
import type { LogFormat } from './formats/format.ts';
import type { KnownTemplates } from './known-templates.ts';

export interface LogParserOptions {
  /** Name of a log format (LOG_FORMATS); recognised from the first batch when absent. */
  readonly format?: string;
  /**
   * Read lines that the format does not fit by others, and those that fit none as plain lines with the time of the line before, instead of putting them
   * aside. Default: where the format is recognised.
   */
  readonly mixed?: boolean;
  /** Zone of times that name none: IANA name or offset. Default UTC. */
  readonly timezone?: string;
  /** Dates without a year are put in the latest year that ends no later than a day after this. Default: arrival of the batch. */
  readonly reference?: Micros;
  /** Join lines of stack traces and the like to the event before them. Default: as the format says. */
  readonly joinLines?: boolean;
  /** Most lines and bytes of one joined event. Defaults 1000 and 256 KiB. */
  readonly maxJoinLines?: number;
  readonly maxJoinBytes?: number;
  /** Longer records are dead letters, kept up to `deadLetterBytes`. Default 1 MiB and 64 KiB. */
  readonly maxRecordBytes?: number;
  readonly deadLetterBytes?: number;
  /** Fill the parameters column. Default true. */
  readonly parameters?: boolean;
  /** Fill the columns of the header's printed fields; a function tells for each format. Default true. */
  readonly fields?: boolean | ((format: LogFormat) => boolean);
  /** Mine templates at all. Default true; otherwise `template` is -1. */
  readonly mine?: boolean;
  readonly drain?: DrainOptions;
  /** Templates with given ids, matched before Drain. */
  readonly templates?: readonly FixedTemplate[];
  /** Mined before: the ones of its format are where it begins. */
  readonly known?: readonly KnownTemplates[];
  /** Where the columns of batches are; default: memory of its own, which is never used again. */
  readonly memory?: ColumnMemory;
}

/** Defaults come from the format's preset (similarity, depth) and MINER_DEFAULTS. */
export interface DrainOptions {
  readonly similarity?: number;
  readonly depth?: number;
  readonly maxChildren?: number;
  readonly maxTemplates?: number;
  readonly maxTemplateBytes?: number;
  /** Further masks as safe patterns (`masks.md`), tried before the default ones. */
  readonly masks?: readonly (string | Mask)[];
  /** Assign known templates only; a line that fits none gets -1. */
  readonly matchOnly?: boolean;
}
