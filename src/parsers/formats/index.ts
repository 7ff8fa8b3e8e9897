import { VedetteError } from '../../core/index.ts';
import type { LogFormat } from './format.ts';
import { LOGHUB_FORMATS } from './loghub.ts';
import { plain } from './plain.ts';

/** Every log format by name. */
export const LOG_FORMATS: ReadonlyMap<string, LogFormat> = new Map([...LOGHUB_FORMATS, plain].map((format) => [format.name, format]));

export function formatNamed(name: string): LogFormat {
  const format = LOG_FORMATS.get(name);
  if (format !== undefined) return format;
  throw new VedetteError('FORMAT_UNKNOWN', `log format "${name}" is not known`, {
    hint: `known formats: ${[...LOG_FORMATS.keys()].join(', ')}`,
  });
}
