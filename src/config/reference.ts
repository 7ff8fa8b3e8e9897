import type { JsonSchema } from './shape.ts';

const EXAMPLE = `tenants:
  default:
    sources:
      - type: file
        name: auth
        path: /var/log/auth.log
      - type: http
        name: services
        host: 0.0.0.0
        port: 7735
    sinks:
      - type: webhook
        name: team
        endpoint: https://alerts.example.org/vedette`;

/** The reference of the configuration file as Markdown, made of the schema: every key, its type, default and meaning. */
export function configReference(schema: JsonSchema): string {
  const tenant = entries(schema.properties?.tenants);
  const sources = options(tenant?.properties?.sources?.items);
  const detectors = options(tenant?.properties?.detectors?.items);
  const sinks = options(tenant?.properties?.sinks?.items);
  const [anySource] = sources;
  const sourceKeys = shared(sources);
  const own = (option: JsonSchema, common: ReadonlySet<string>) =>
    section(`\`${String(option.properties?.type?.const)}\``, option, 4, (key) => key !== 'type' && !common.has(key));
  return `${[
    '# Configuration',
    'Made from the schema by the tests (`npx vitest run test/pipeline/configuration.test.ts -u`); do not edit. `vedette config check` checks a file, `vedette config show` prints it with its defaults filled in.',
    `Durations are written \`30s\`, \`10m\`, \`7d\`; sizes \`512MiB\`, \`20GiB\`. \`\${NAME}\` and \`\${NAME:-default}\` take a value from the environment. \`--set limits.cpuShare=0.5\` or \`VEDETTE_LIMITS__CPU_SHARE=0.5\` set a single key; two underscores stand between keys.`,
    'Events are removed when both their time and their arrival are older than `retention.maxAge`, so history that was just read stays. Alerts age by the event time of the source that is farthest behind.',
    `## Example\n\n\`\`\`yaml\n${EXAMPLE}\n\`\`\``,
    section('Top level', schema, 2, (key) => key !== 'tenants'),
    section('`tenants.<name>`', tenant, 2, (key) => !['sources', 'detectors', 'sinks'].includes(key)),
    '## `tenants.<name>.sources[]`\n\nKeys of every source:',
    section('', anySource, 3, (key) => key === 'type' || (sourceKeys.has(key) && key !== 'detectors')),
    ...sources.map((option) => own(option, sourceKeys)),
    '## `detectors[]` of a tenant or a source',
    ...detectors.map((option) => own(option, new Set())),
    '## `tenants.<name>.sinks[]`',
    ...sinks.map((option) => own(option, new Set())),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** Keys that all alternatives have. */
function shared(all: readonly JsonSchema[]): ReadonlySet<string> {
  const [first, ...rest] = all.map((option) => Object.keys(option.properties ?? {}));
  return new Set((first ?? []).filter((key) => rest.every((keys) => keys.includes(key))));
}

function options(schema: JsonSchema | undefined): readonly JsonSchema[] {
  return schema?.oneOf ?? schema?.anyOf ?? [];
}

function entries(schema: JsonSchema | undefined): JsonSchema | undefined {
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function section(title: string, schema: JsonSchema | undefined, level: number, wanted: (key: string) => boolean): string {
  const rows = Object.entries(schema?.properties ?? {})
    .filter(([key]) => wanted(key))
    .flatMap(([key, value]) => rowsOf(key, value, schema?.required?.includes(key) === true));
  const head = title === '' ? [] : [`${'#'.repeat(level)} ${title}`];
  const summary = level === 4 && schema?.description !== undefined ? [schema.description] : [];
  const table = rows.length === 0 ? [] : [`| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}`];
  return [...head, ...summary, ...table].join('\n\n');
}

/** A key, and the keys of the object it holds. */
function rowsOf(key: string, schema: JsonSchema, required: boolean): readonly string[] {
  const nested = schema.properties === undefined ? [] : Object.entries(schema.properties);
  const row = `| \`${key}\` | ${cell(typeOf(schema))} | ${required ? 'required' : defaultOf(schema)} | ${cell(schema.description ?? '')} |`;
  return [row, ...nested.flatMap(([name, value]) => rowsOf(`${key}.${name}`, value, schema.required?.includes(name) === true))];
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const parts = options(schema);
  if (parts.length > 0) return [...new Set(parts.map(typeOf))].join(' or ');
  return schema.type ?? 'any';
}

/** Objects show the defaults of their keys instead. */
function defaultOf({ default: value, properties }: JsonSchema): string {
  return value === undefined || properties !== undefined ? '' : `\`${cell(JSON.stringify(value))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
