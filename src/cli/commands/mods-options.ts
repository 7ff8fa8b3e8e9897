import type { Command } from 'commander';
import { collect } from '../options.ts';

/** Which columns and times of a DEEP MODS tree a command reads, and the zone of times in tables that name none. */
export interface ModsOptions {
  readonly query?: string;
  readonly range?: string;
  readonly exclude?: readonly string[];
  readonly windowSlide?: string;
  readonly timezone?: string;
}

export function withModsOptions(command: Command): Command {
  return command
    .option('--query <text>', 'DEEP MODS data_select_query: protocol|column~name|column;protocol|column#merge columns')
    .option('--range <range>', 'DEEP MODS time range, < and > closed, ( and ) open, such as <2019-06-01,2019-06-03)')
    .option('--exclude <range>', 'DEEP MODS time range that is left out (repeatable)', collect)
    .option('--window-slide <name>', 'DEEP MODS aggregates: w01h-s10m, w10m-s01m or w10m-s10m');
}

/** The options as the reader of series takes them; what is not given stays out. */
export function modsSelection({ query, range, exclude, windowSlide, timezone }: ModsOptions) {
  return {
    ...(query === undefined ? {} : { query }),
    ...(range === undefined ? {} : { range }),
    ...(exclude === undefined ? {} : { excluded: exclude }),
    ...(windowSlide === undefined ? {} : { windowSlide }),
    ...(timezone === undefined ? {} : { timezone }),
  };
}
