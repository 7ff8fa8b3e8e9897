import { stringify } from 'yaml';
import { editorSchema, exampleConfig as exampleOf, jsonSchema } from '../../config/index.ts';
import { VedetteError } from '../../core/index.ts';
import { checkDetectors, checkGraph, factsOf, loadComponents, pipelineSchema } from '../../pipeline/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson, printText } from '../output.ts';
import { readConfig } from './read-config.ts';

export async function checkConfig(options: CommonOptions): Promise<void> {
  const { loaded, origin } = await readConfig(options);
  const facts = factsOf(await loadComponents(loaded.config));
  const problems = [...checkGraph(loaded.config, facts), ...(await checkDetectors(loaded.config))];
  if (problems.length > 0) throw new VedetteError('CONFIG_INVALID', problems.map((problem) => `${origin} ${problem}`).join('\n'));
  const sources = Object.values(loaded.config.tenants).reduce((sum, tenant) => sum + tenant.sources.length, 0);
  const tenants = Object.keys(loaded.config.tenants);
  if (options.output === 'json') printJson({ ok: true, origin, hash: loaded.hash, tenants, sources });
  else print(`${origin}: fine. ${tenants.length} tenants (${tenants.join(', ')}), ${sources} sources.`);
}

export async function showConfig(options: CommonOptions): Promise<void> {
  const { loaded } = await readConfig(options);
  if (options.output === 'json') printJson(loaded.shown);
  else printText(stringify(loaded.shown));
}

const EXAMPLE = {
  tenants: {
    default: {
      sources: [{ name: 'app', type: 'file', path: '/var/log/app.log' }],
      sinks: [{ name: 'alerts', type: 'file', path: '/var/log/vedette-alerts.ndjson' }],
    },
  },
};

export async function exampleConfig(options: CommonOptions): Promise<void> {
  const text = exampleOf(jsonSchema(await pipelineSchema()), EXAMPLE);
  if (options.output === 'json') printJson({ example: text });
  else printText(text);
}

export async function configSchema(_options: CommonOptions): Promise<void> {
  printJson(editorSchema(await pipelineSchema()));
}
