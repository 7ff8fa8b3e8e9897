import { stringify } from 'yaml';
import { formatDuration } from '../core/index.ts';
import type { JsonSchema } from './shape.ts';

/**
 * A commented configuration made from the schema: `values` are written, every other option stands commented out with its
 * default and what it does. Lists show their first alternative; the other types are named.
 */
export function exampleConfig(schema: JsonSchema, values: unknown): string {
  return `# vedette.yaml - every option with its default; lines that start with # are the defaults.\n${section(schema, values, '').join('\n')}\n`;
}

function section(schema: JsonSchema, value: unknown, indent: string): string[] {
  const given = isObject(value) ? value : {};
  const lines: string[] = [];
  const properties = Object.entries(schema.properties ?? {}).toSorted(
    ([a], [b]) => Number(Object.hasOwn(given, b)) - Number(Object.hasOwn(given, a)),
  );
  for (const [key, property] of properties) lines.push(...option(key, property, given[key], indent));
  const open = schema.additionalProperties;
  if (typeof open === 'object') for (const [key, item] of Object.entries(given)) lines.push(...option(key, open, item, indent));
  return lines;
}

function option(key: string, schema: JsonSchema, value: unknown, indent: string): string[] {
  const lines = schema.description === undefined ? [] : [`${indent}# ${schema.description}`];
  const chosen = chooseAlternative(schema, value);
  if (value === undefined) return [...lines, ...commented(key, chosen, indent)];
  if (isObject(value)) return [...lines, `${indent}${key}:`, ...section(chosen, value, `${indent}  `)];
  if (Array.isArray(value) && value.some(isObject)) {
    const items = value.flatMap((item) => listItem(chosen.items ?? {}, item, `${indent}  `));
    return [...lines, `${indent}${key}:`, ...items];
  }
  return [...lines, `${indent}${key}: ${inline(value)}`];
}

function commented(key: string, schema: JsonSchema, indent: string): string[] {
  if (schema.properties !== undefined && !schema.required?.length) {
    const inner = Object.entries(schema.properties).flatMap(([name, property]) => [
      ...(property.description === undefined ? [] : [`${indent}#   # ${property.description}`]),
      `${indent}#   ${name}: ${fallback(property)}`.trimEnd(),
    ]);
    return [`${indent}# ${key}:`, ...inner];
  }
  return [`${indent}# ${key}: ${fallback(schema)}`.trimEnd()];
}

function listItem(schema: JsonSchema, value: unknown, indent: string): string[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  const chosen = chooseAlternative(schema, value);
  const types = alternatives?.map((alternative) => alternative.properties?.type?.const).filter((type) => type !== undefined);
  const note = types === undefined || types.length < 2 ? [] : [`${indent}# type: one of ${types.join(', ')}`];
  const lines = section(chosen, value, `${indent}  `);
  const first = lines.findIndex((line) => !line.trimStart().startsWith('#'));
  const dashed = lines.map((line, index) => (index === first ? `${indent}- ${line.slice(indent.length + 2)}` : line));
  return [...note, ...dashed.slice(first), ...dashed.slice(0, first)];
}

function chooseAlternative(schema: JsonSchema, value: unknown): JsonSchema {
  const type = isObject(value) ? value.type : undefined;
  return (schema.oneOf ?? schema.anyOf)?.find((option) => option.properties?.type?.const === type && type !== undefined) ?? schema;
}

/** The default as the file would have it: durations are written with their unit. */
function fallback(schema: JsonSchema): string {
  const { type, default: value } = schema;
  return type === 'string' && typeof value === 'number' ? formatDuration(value) : inline(value);
}

function inline(value: unknown): string {
  return value === undefined ? '' : stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
