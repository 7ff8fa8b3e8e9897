import { existsSync } from 'node:fs';
import { type ConfigSchema, checkConfig, type LoadedConfig, loadConfig } from '../../config/index.ts';
import { pipelineSchema } from '../../pipeline/index.ts';
import type { CommonOptions } from '../options.ts';
import { ownConfigPath } from './configuration-file.ts';
import { defaultConfig } from './default-config.ts';

export interface ReadConfig {
  readonly loaded: LoadedConfig;
  readonly schema: ConfigSchema;
  /** The file, or that it is the built-in default. */
  readonly origin: string;
}

/** The configuration of -c, else that of the home, else the built-in one for this host; `--set` and the environment applied. */
export async function readConfig(options: Pick<CommonOptions, 'config' | 'set'> & { readonly home?: string }): Promise<ReadConfig> {
  const schema = await pipelineSchema();
  const load = { environment: process.env, set: options.set };
  if (options.config !== undefined) return { loaded: await loadConfig(options.config, schema, load), schema, origin: options.config };
  const own = options.home === undefined ? undefined : ownConfigPath(options.home);
  if (own !== undefined && existsSync(own)) return { loaded: await loadConfig(own, schema, load), schema, origin: own };
  return { loaded: checkConfig(await defaultConfig(), schema, load), schema, origin: 'built-in default for this host' };
}
