import { z } from 'zod';
import type { ConfigSchema } from './schema.ts';

/** The part of JSON Schema that zod writes for configurations. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** JSON Schema (2020-12) of the configuration file, for finding out what a path may hold. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
}

/** The same for editors: what comes again is said once, under `$defs`. */
export function editorSchema(schema: ConfigSchema): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'ref' }) as JsonSchema;
}

export type Path = readonly (string | number)[];

/** The schema that governs `path`; where the value names a `type`, that alternative. */
export function schemaAt(root: JsonSchema, value: unknown, path: Path): JsonSchema | undefined {
  let schema: JsonSchema | undefined = alternative(root, value);
  let at = value;
  for (const part of path) {
    if (schema === undefined) return undefined;
    at = child(at, part);
    schema = typeof part === 'number' ? schema.items : property(schema, part);
    if (schema !== undefined) schema = alternative(schema, at);
  }
  return schema;
}

function property(schema: JsonSchema, key: string): JsonSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function alternative(schema: JsonSchema, value: unknown): JsonSchema {
  const options = schema.oneOf ?? schema.anyOf;
  const type = child(value, 'type');
  return options?.find((option) => option.properties?.type?.const === type && type !== undefined) ?? schema;
}

/** An own property or element; undefined otherwise (keys come from outside). */
export function child(value: unknown, part: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, unknown>)[part];
}

/** `tenants.default.sources[0].path` */
export function formatPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
