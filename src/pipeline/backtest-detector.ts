import type { ZodType } from 'zod';
import { VedetteError } from '../core/index.ts';
import { detectors, rules } from '../detectors/index.ts';

/** The definition of a detector that learns; CONFIG_INVALID where there is none of that name. */
export async function detectorNamed(type: string) {
  const load = Object.hasOwn(detectors, type) ? detectors[type] : undefined;
  if (load === undefined)
    throw new VedetteError('CONFIG_INVALID', `there is no detector ${type}`, {
      hint: `Known: ${[...Object.keys(detectors), ...Object.keys(rules)].join(', ')}.`,
    });
  return (await load()).default;
}

/** A detector made with options that its definition takes; CONFIG_INVALID with everything that is wrong with them. */
export function madeWith<Options, Context, Made>(
  type: string,
  { config, create }: { readonly config: ZodType<Options>; create(options: Options, context: Context): Made },
  options: unknown,
  context: Context,
): Made {
  const parsed = config.safeParse(options);
  if (parsed.success) return create(parsed.data, context);
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new VedetteError('CONFIG_INVALID', `detector ${type}: ${problems.join('; ')}`, { hint: 'Check its options.' });
}
