import { type Command, InvalidArgumentError } from 'commander';
import { type Micros, parseDuration } from '../../core/index.ts';

/** Which stored events a command computes a declared feature from. */
export interface FeatureOptions {
  readonly features?: string;
  readonly source?: string;
  readonly from?: Micros;
  readonly to?: Micros;
}

export function withFeatureOptions(command: Command): Command {
  return command
    .option('--features <name>', 'instead of --data: windows of a declared feature over the stored events of the tenant (docs/features.md)')
    .option('--source <name>', 'with --features: events of this source alone')
    .option('--from <time>', 'with --features: windows from this time on, such as 2026-01-05 or 7d (ago)', time)
    .option('--to <time>', 'with --features: windows that end by this time', time);
}

/** A date, a date with a time (UTC where it names no zone), or how long ago; microseconds. */
function time(text: string): Micros {
  const ago = parseDuration(text);
  if (ago !== undefined) return Date.now() * 1000 - ago;
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const millis = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(millis))
    throw new InvalidArgumentError('it must be a date such as 2026-01-05 or 2026-01-05T10:00, or a duration such as 7d.');
  return millis * 1000;
}
