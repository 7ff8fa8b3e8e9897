import { VedetteError } from '../../core/index.ts';
import { type DeclaredFeature, declaredFeature } from '../../pipeline/index.ts';
import { type StoredFeature, storedFeature } from '../../training/index.ts';
import type { DataOrFeature } from '../commands/data-options.ts';
import type { FeatureOptions } from '../commands/feature-options.ts';
import type { CommonOptions } from '../options.ts';
import { openOperations } from './open-operations.ts';
import { readConfig } from './read-config.ts';

/** Paths, or a feature over stored events. */
export type Chosen = { readonly data: readonly string[] } | { readonly feature: StoredFeature };

/**
 * What `--data` or `--features` names. For a feature the home is opened, or the process that owns it asked, for as long as its files are
 * listed. `own`: what a model learnt from, taken as it was declared then.
 */
export async function chosenData(options: CommonOptions & DataOrFeature & FeatureOptions, own?: DeclaredFeature): Promise<Chosen> {
  const { features, source, from, to, data } = options;
  const wrong = (message: string) =>
    new VedetteError('USAGE', message, { hint: 'Name files with --data, or a declared feature over stored events with --features.' });
  if (data !== undefined && features !== undefined) throw wrong('--data and --features were both given');
  if (data !== undefined) {
    const astray = (['source', 'from', 'to'] as const).find((name) => options[name] !== undefined);
    if (astray === undefined) return { data };
    throw new VedetteError('USAGE', `--${astray} goes with --features, not with --data`, { hint: 'Leave it out.' });
  }
  if (features === undefined) throw wrong('neither --data nor --features was given');
  if (own !== undefined && own.name !== features) {
    throw new VedetteError('MODEL_MISMATCH', `that model learnt from windows of ${own.name}, not of ${features}`, {
      hint: `Write --features ${own.name}.`,
    });
  }
  const declared = own ?? (await declaredFeature((await readConfig(options)).loaded.config, options.tenant, features, source));
  const operations = await openOperations(options);
  try {
    const feature = await storedFeature(operations, {
      ...declared,
      ...(source === undefined ? {} : { source }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    return { feature };
  } finally {
    await operations.close();
  }
}
