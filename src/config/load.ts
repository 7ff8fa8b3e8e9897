import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { isSystemError, VedetteError } from '../core/index.ts';
import { parseYaml, type YamlDocument } from './document.ts';
import { interpolate } from './environment.ts';
import { nearest } from './nearest.ts';
import { applyOverride, environmentOverrides, type Override, parseSet } from './overrides.ts';
import { ConfigError, type Problem } from './problem.ts';
import { configHash, HIDDEN, redact } from './redact.ts';
import type { Config } from './schema.ts';
import { child, formatPath, type JsonSchema, jsonSchema, type Path, schemaAt } from './shape.ts';
import { hiddenPaths } from './written.ts';

export interface LoadOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `key=value` as given to `--set`. */
  readonly set?: readonly string[];
}

export interface LoadedConfig<C = Config> {
  readonly config: C;
  /** Defaults filled in, secrets hidden. */
  readonly shown: unknown;
  /** Hash of `shown`, for lineage. */
  readonly hash: string;
}

/** Reads, interpolates, overrides and checks a file. CONFIG_UNREADABLE, or ConfigError with every problem and its place. */
export async function loadConfig<C = Config>(path: string, schema: z.ZodType<C>, options: LoadOptions = {}): Promise<LoadedConfig<C>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason = isSystemError(error) && error.code === 'ENOENT' ? 'does not exist' : String(error);
    throw new VedetteError('CONFIG_UNREADABLE', `the configuration ${path} cannot be read: ${reason}`, {
      hint: 'Check the path given to -c; `vedette config example` prints one to start from.',
      cause: error,
    });
  }
  const document = parseYaml(text, path);
  const loaded = checkDocument(document, schema, options);
  const hidden = hiddenPaths(document.value);
  if (hidden.length > 0)
    throw new VedetteError(
      'CONFIG_INVALID',
      hidden.map((at) => `${path} ${formatPath(at)}: is ${HIDDEN}, as config show prints secrets`).join('\n'),
      {
        hint: 'Write the secrets there, or name environment variables that hold them.',
      },
    );
  return loaded;
}

/** The same from text; `file` is the name problems show. */
export function parseConfig<C = Config>(text: string, file: string, schema: z.ZodType<C>, options: LoadOptions = {}): LoadedConfig<C> {
  return checkDocument(parseYaml(text, file), schema, options);
}

/** The same from a value that stands in no file (the built-in default). */
export function checkConfig<C = Config>(value: unknown, schema: z.ZodType<C>, options: LoadOptions = {}): LoadedConfig<C> {
  return checkDocument({ file: 'built-in configuration', value, locate: () => ({ line: 0, column: 0 }) }, schema, options);
}

function checkDocument<C>(document: YamlDocument, schema: z.ZodType<C>, options: LoadOptions): LoadedConfig<C> {
  const environment = options.environment ?? {};
  const shape = jsonSchema(schema);
  const problems: Problem[] = [];
  const missing = (path: Path, name: string) =>
    problems.push(problemAt(document, [], path, `the environment variable ${name} is not set; set it or write \${${name}:-default}`));
  const fromFile = interpolate(document.value, environment, missing, () => {});
  const overrides = [...environmentOverrides(environment, shape, fromFile), ...(options.set ?? []).map(parseSet)];
  const effective = overrides.reduce((value, override) => applyOverride(value, override), fromFile);
  const result = schema.safeParse(effective);
  if (!result.success) problems.push(...result.error.issues.flatMap((issue) => describe(issue, document, overrides, shape, effective)));
  if (problems.length > 0 || !result.success) throw new ConfigError(dedupe(problems));
  return { config: result.data, shown: redact(result.data, shape), hash: configHash(result.data, shape) };
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, document: YamlDocument, overrides: readonly Override[], shape: JsonSchema, value: unknown): Problem[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schemaAt(shape, value, path)?.properties ?? {});
    return issue.keys.map((key) => {
      const meant = meantBy(key, known);
      const advice =
        meant.length > 0 ? `did you mean ${meant.map((one) => `"${one}"`).join(' or ')}?` : `known here: ${known.join(', ') || 'nothing'}`;
      return problemAt(document, overrides, [...path, key], `unknown key; ${advice}`, key);
    });
  }
  if (issue.code === 'invalid_key')
    return [problemAt(document, overrides, path, issue.issues[0]?.message ?? issue.message, String(path.at(-1)))];
  const problem = problemAt(document, overrides, path, explain(issue, path, redact(value, shape)));
  return [{ ...problem, column: problem.column + offsetOf(issue, problem.line) }];
}

/** Keys of which one may be meant: those that the given one is the last word of (`port` of `udpPort`), or else the nearest. */
function meantBy(key: string, known: readonly string[]): readonly string[] {
  const word = `${key[0]?.toUpperCase()}${key.slice(1)}`;
  const longer = known.filter((candidate) => candidate.endsWith(word) && candidate !== key);
  if (longer.length > 0) return longer;
  const meant = nearest(
    key,
    known.filter((candidate) => candidate !== key),
  );
  return meant === undefined ? [] : [meant];
}

/** Characters from the start of a value to what is wrong in it, where its schema says so. */
function offsetOf(issue: Issue, line: number): number {
  const offset = issue.code === 'custom' ? (issue.params?.offset as unknown) : undefined;
  return typeof offset === 'number' && line > 0 ? offset : 0;
}

function explain(issue: Issue, path: Path, root: unknown): string {
  const found = path.reduce<unknown>((value, part) => child(value, part), root);
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) return choice(found, issue.options.map(String));
  if (issue.code === 'invalid_value') return choice(found, issue.values.map(String));
  if (issue.code === 'invalid_type' && found === undefined) return `is missing; it must be ${article(issue.expected)}`;
  if (issue.code === 'invalid_type') return `must be ${article(issue.expected)}, not ${shown(found)}`;
  if (issue.code === 'custom') return issue.message;
  return `${issue.message} (found ${shown(found)})`;
}

function choice(found: unknown, options: readonly string[]): string {
  if (found === undefined) return `is missing; it must be one of ${options.join(', ')}`;
  const meant = nearest(String(found), options);
  return `${shown(found)} is not one of ${options.join(', ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A problem's place: the override that set the value, else its line in the file. */
function problemAt(document: YamlDocument, overrides: readonly Override[], path: Path, message: string, key?: string): Problem {
  const override = overrides.findLast((candidate) => candidate.path.every((part, index) => part === path[index]));
  if (override !== undefined) return { file: override.origin, line: 0, column: 0, path: formatPath(path), message };
  const place = key === undefined ? document.locate(path) : document.locate(path.slice(0, -1), key);
  return { file: document.file, ...place, path: formatPath(path), message };
}

function dedupe(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return sorted.filter(({ line, column, path, message }) => {
    const key = JSON.stringify([line, column, path, message]);
    return !seen.has(key) && seen.add(key);
  });
}
