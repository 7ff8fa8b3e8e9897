import { stringify } from 'yaml';
import {
  asWritten,
  editorSchema,
  exampleConfig as exampleOf,
  formatPath,
  HIDDEN,
  hiddenPaths,
  jsonSchema,
  placed,
} from '../../config/index.ts';
import { VedetteError } from '../../core/index.ts';
import { checkDetectors, checkGraph, factsOf, loadComponents, pipelineSchema, unreachable } from '../../pipeline/index.ts';
import { readControlFile } from '../../server/index.ts';
import { isLoopback } from '../../sources/http/guard.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson, printText } from '../output.ts';
import { readConfig } from './read-config.ts';

const HTTP_INTAKES = ['http', 'metrics-http', 'capture-chunks'];

export async function checkConfig(options: CommonOptions): Promise<void> {
  const { loaded, origin } = await readConfig(options);
  const facts = factsOf(await loadComponents(loaded.config));
  const problems = [...checkGraph(loaded.config, facts), ...(await checkDetectors(loaded.config))];
  if (problems.length > 0) throw new VedetteError('CONFIG_INVALID', (await placed(origin, problems)).join('\n'));
  const missing = await unreachable(loaded.config, (await readControlFile(options.home)) !== undefined);
  const warnings = await placed(origin, [...openIntakes(loaded.config.tenants), ...missing]);
  const sources = Object.values(loaded.config.tenants).reduce((sum, tenant) => sum + tenant.sources.length, 0);
  const tenants = Object.keys(loaded.config.tenants);
  if (options.output === 'json') printJson({ ok: true, origin, hash: loaded.hash, tenants, sources, warnings });
  else {
    for (const warning of warnings) print(`warning: ${warning}`);
    print(`${origin}: fine. ${tenants.length} tenants (${tenants.join(', ')}), ${sources} sources.`);
  }
}

type Tenants = Awaited<ReturnType<typeof readConfig>>['loaded']['config']['tenants'];

/** Sources that take records over HTTP from whoever reaches this machine. */
function openIntakes(tenants: Tenants): string[] {
  return Object.entries(tenants).flatMap(([tenant, { sources }]) =>
    sources.flatMap((source, i) => {
      const { type, host = '127.0.0.1', token } = source as Readonly<Record<string, unknown>>;
      if (!HTTP_INTAKES.includes(String(type)) || token !== undefined || isLoopback(String(host))) return [];
      return `tenants.${tenant}.sources[${i}].host: listens on ${host} without a token, so that every machine which reaches it can add records; set token, or listen on 127.0.0.1`;
    }),
  );
}

export async function showConfig(options: CommonOptions): Promise<void> {
  const { loaded, schema } = await readConfig(options);
  const written = asWritten(loaded.shown, jsonSchema(schema));
  const hidden = hiddenPaths(written).map(formatPath);
  if (options.output === 'json') printJson(written);
  else if (hidden.length === 0) printText(stringify(written));
  else
    printText(
      `# Secrets are not printed. Write them in place of ${HIDDEN} to use this as a configuration:\n${hidden.map((at) => `# ${at}\n`).join('')}${stringify(written)}`,
    );
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
