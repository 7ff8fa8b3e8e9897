import { compileMask } from '../../parsers/index.ts';
import { type ParsingOptions, readTemplates } from '../../training/index.ts';
import type { ParserOptions } from '../commands/parser-options.ts';

/** What the options of the command line say of reading logs; `format`: what `--format` names. Throws where a mask is none or the templates cannot be read. */
export async function parsingOptions(options: Omit<ParserOptions, 'format'>, format?: string): Promise<ParsingOptions> {
  const { logFormat = format, timezone, templates, mixed, readRate, cpuShare } = options;
  const mining = miningOf(options);
  return {
    ...(logFormat === undefined ? {} : { format: logFormat }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(templates === undefined ? {} : { templates: await readTemplates(templates) }),
    ...(mining === undefined ? {} : { mining }),
    ...(mixed === undefined ? {} : { mixed }),
    ...(readRate === undefined ? {} : { readRate }),
    ...(cpuShare === undefined ? {} : { cpuShare }),
  };
}

/** Undefined where all is as the format says. */
function miningOf({ mask = [], similarity, depth }: Omit<ParserOptions, 'format'>): ParsingOptions['mining'] {
  for (const one of mask) compileMask(one);
  const mining = {
    ...(mask.length > 0 && { masks: mask }),
    ...(similarity !== undefined && { similarity }),
    ...(depth !== undefined && { depth }),
  };
  return Object.keys(mining).length === 0 ? undefined : mining;
}
