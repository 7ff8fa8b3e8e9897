import { parseDocument } from 'yaml';
import { editDistance } from './nearest.ts';
import { ConfigError } from './problem.ts';
import { child, type JsonSchema, type Path, schemaAt } from './shape.ts';

/** A value from outside the file, with where it came from (`--set`, an environment variable's name). */
export interface Override {
  readonly origin: string;
  readonly path: Path;
  readonly value: unknown;
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
/** Variables of this prefix that are no configuration keys. */
const OTHER_VARIABLES = new Set(['HOME', 'DATASETS', 'KILLS', 'NO_SKIP', 'ALLOW_SKIP', 'TEST_OUTCOME', 'CONFIG']);

/** `tenants.default.sources[0].path=/var/log/auth.log`; the value is YAML, so numbers, booleans and lists work. */
export function parseSet(text: string): Override {
  const equals = text.indexOf('=');
  const path = equals < 1 ? undefined : parsePath(text.slice(0, equals));
  if (path === undefined) fail('--set', `"${text}" is not key=value, such as limits.cpuShare=0.5`);
  return { origin: '--set', path, value: parseScalar(text.slice(equals + 1), '--set') };
}

/**
 * `VEDETTE_LIMITS__CPU_SHARE=0.5` is `limits.cpuShare`: two underscores between keys, case and single underscores do not
 * matter. A variable whose first key is unknown belongs to something else and is left alone.
 */
export function environmentOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  schema: JsonSchema,
  document: unknown,
): Override[] {
  const overrides: Override[] = [];
  for (const name of Object.keys(environment).sort()) {
    const text = environment[name];
    if (!name.startsWith('VEDETTE_') || text === undefined || OTHER_VARIABLES.has(name.slice(8))) continue;
    const path: (string | number)[] = [];
    for (const part of name.slice(8).split('__')) path.push(/^\d+$/.test(part) ? Number(part) : keyFor(part, schema, document, path));
    const known = typeof path[0] === 'string' && Object.hasOwn(schema.properties ?? {}, path[0]);
    if (known) overrides.push({ origin: name, path, value: parseScalar(text, name) });
    else refuseTypingError(name, String(path[0]), Object.keys(schema.properties ?? {}));
  }
  return overrides;
}

/** A variable whose first key is nearly one of the configuration's was meant for it; others belong to something else. */
function refuseTypingError(name: string, first: string, known: readonly string[]): void {
  const meant = known.find((key) => editDistance(first.toLowerCase(), key.toLowerCase()) <= 1 + Math.floor(key.length / 8));
  if (meant !== undefined) fail(name, `"${first}" is no configuration key; did you mean ${meant}?`);
}

function keyFor(part: string, schema: JsonSchema, document: unknown, path: Path): string {
  const plain = (key: string) => key.replaceAll(/[_-]/g, '').toLowerCase();
  const here = schemaAt(schema, document, path);
  let value = document;
  for (const step of path) value = child(value, step);
  const own = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const known = [...own, ...Object.keys(here?.properties ?? {})];
  return known.find((key) => plain(key) === plain(part)) ?? part.toLowerCase();
}

function parsePath(text: string): Path | undefined {
  const parts = text.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  if (parts.some((part) => part === '' || FORBIDDEN.has(part))) return undefined;
  return parts.map((part) => (/^\d{1,6}$/.test(part) ? Number(part) : part));
}

function parseScalar(text: string, origin: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) fail(origin, `"${text}" is no YAML value`);
  return document.toJS({ maxAliasCount: 0 });
}

/** A copy of `value` with the override in it; missing objects on the way are made, missing list elements are an error. */
export function applyOverride(value: unknown, { path, value: replacement, origin }: Override): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return replacement;
  if (Array.isArray(value)) {
    const index = typeof part === 'number' ? part : value.findIndex((item) => child(item, 'name') === part);
    if (index < 0 || index > value.length) fail(origin, `there is no element "${part}" in a list of ${value.length}`);
    return value.toSpliced(index, 1, applyOverride(value[index], { origin, path: rest, value: replacement }));
  }
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { ...object, [part]: applyOverride(child(object, part), { origin, path: rest, value: replacement }) };
}

function fail(origin: string, message: string): never {
  throw new ConfigError([{ file: origin, line: 0, column: 0, path: '', message }]);
}
