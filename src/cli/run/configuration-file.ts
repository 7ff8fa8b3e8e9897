import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigSchema, configText, type LoadedConfig, parseConfig } from '../../config/index.ts';
import { isSystemError } from '../../core/index.ts';
import type { ConfigurationFile } from '../../server/index.ts';
import { writeDurably } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { defaultConfig } from './default-config.ts';

/** Written by the dashboard where no -c names another. */
export const ownConfigPath = (home: string): string => join(home, 'vedette.yaml');

/** The file that settings changed in the dashboard go to: that of -c, else one in the home that starts as the built-in default. */
export function configurationFile(
  options: Pick<CommonOptions, 'config' | 'home' | 'set'>,
  schema: ConfigSchema,
  apply: (loaded: LoadedConfig) => Promise<void>,
): ConfigurationFile {
  const path = options.config ?? ownConfigPath(options.home);
  return {
    path,
    apply,
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (options.config !== undefined || !isSystemError(error) || error.code !== 'ENOENT') throw error;
        return configText(
          await defaultConfig(),
          'What vedette runs on this host; written when a setting was first changed in the dashboard.',
        );
      }
    },
    check: (text) => parseConfig(text, path, schema, { environment: process.env, set: options.set }),
    write: (text) => writeDurably(path, new TextEncoder().encode(text)),
  };
}
