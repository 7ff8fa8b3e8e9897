import { type Command, InvalidArgumentError, Option } from 'commander';
import { byteSize } from '../../config/values.ts';
import { collect, depth, similarity } from '../options.ts';

/** How logs are read, as the options of analyze, parse, train, score and evaluate name it; `parser` and `limits` of a configuration. */
export interface ParserOptions {
  readonly format?: string;
  /** The same as `format`; of `parse`, whose `format` is that of its output, the only name. */
  readonly logFormat?: string;
  readonly templates?: string;
  readonly timezone?: string;
  readonly mixed?: boolean;
  readonly mask?: readonly string[];
  readonly similarity?: number;
  readonly depth?: number;
  readonly readRate?: number;
  readonly cpuShare?: number;
}

/** `format`: what the option that names the format is called besides `--log-format`. */
export function withParserOptions(command: Command, format?: '--format'): Command {
  const asFormat = new Option('--log-format <name>', 'log format (default: recognised)');
  if (format !== undefined) {
    command.option(
      '--format <name>',
      'log format, in analyze also series for tables of readings (default: recognised); --log-format is the same',
    );
    asFormat.hideHelp();
  }
  return command
    .addOption(asFormat)
    .option(
      '--mixed',
      'with a format that is named: read lines that it does not fit by others, or as plain lines (default: where it is recognised)',
    )
    .option('--templates <csv>', 'fixed templates (EventId,EventTemplate)')
    .option(
      '--mask <pattern>',
      'further pattern of variable parts: characters, classes such as [0-9a-f] or \\d, quantifiers (repeatable)',
      collect,
      [],
    )
    .option('--similarity <share>', 'share of equal words from which a line joins a template (default: as the format says)', similarity)
    .option('--depth <levels>', 'levels of the template tree (default: as the format says)', depth)
    .option('--timezone <zone>', 'time zone of times without one (default: UTC)')
    .option('--read-rate <size>', 'bytes a second read at most, such as 10MiB', size)
    .option('--cpu-share <share>', 'most of one CPU that reading takes on average, such as 0.5', cpuShare);
}

/** Of commands that learn from sessions. */
export function withMemoryOption(command: Command): Command {
  return command.option(
    '--memory <size>',
    'memory for sessions of logs while they are learnt from (default: 512MiB); of more of them, evenly drawn ones are learnt from',
    size,
  );
}

function size(value: string): number {
  const bytes = byteSize().safeParse(value);
  if (!bytes.success || bytes.data < 1)
    throw new InvalidArgumentError('it must be a number of bytes with a unit, such as 512KiB or 10MiB.');
  return bytes.data;
}

function cpuShare(value: string): number {
  const share = Number(value);
  if (!(share > 0 && share <= 1)) throw new InvalidArgumentError('it must be more than 0 and at most 1.');
  return share;
}
