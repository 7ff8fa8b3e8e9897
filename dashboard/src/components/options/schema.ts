/** The part of a JSON Schema that a form is made from. */
export interface OptionSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: OptionSchema;
  readonly format?: string;
}
export interface ComponentOption {
  readonly name: string;
  readonly required: boolean;
  readonly schema: OptionSchema;
}

/** Options of a component, the required ones first, in the order of its definition. */
export function optionsOf(schema: Readonly<Record<string, unknown>>): readonly ComponentOption[] {
  const required = (schema.required ?? []) as readonly string[];
  const all = Object.entries((schema.properties ?? {}) as Readonly<Record<string, OptionSchema>>).map(([name, one]) => ({
    ...{ name, schema: one },
    required: required.includes(name),
  }));
  return [...all.filter((one) => one.required), ...all.filter((one) => !one.required)];
}

const ABBREVIATIONS = new Set(['udp', 'tcp', 'tls', 'url', 'http', 'id', 'ca', 'ip', 'dns', 'snmp', 'sql', 'api', 'json', 'csv', 'qos']);
/** Units that end a name. */
const UNITS: Readonly<Record<string, string>> = { ms: ' (ms)' };
const OWN: Readonly<Record<string, string>> = { from: 'Read from' };

/** The name of an option in words: `udpPort` is UDP port. */
export function labelOf(name: string): string {
  const own = OWN[name];
  if (own !== undefined) return own;
  const words = name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
  const unit = words.length > 1 ? UNITS[words.at(-1) ?? ''] : undefined;
  const text = (unit === undefined ? words : words.slice(0, -1))
    .map((word) => (ABBREVIATIONS.has(word) ? word.toUpperCase() : word))
    .join(' ');
  return `${text[0]?.toUpperCase()}${text.slice(1)}${unit ?? ''}`;
}

export type OptionText = Readonly<Record<string, string>>;
export type OptionKind = 'flag' | 'choice' | 'number' | 'list' | 'text' | 'json';

export function kindOf({ type, enum: choices, items }: OptionSchema): OptionKind {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'flag';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'array' && items?.type === 'string' && items.enum === undefined) return 'list';
  return type === 'string' ? 'text' : 'json';
}

export function textOf(value: unknown, schema: OptionSchema): string {
  if (value === undefined || value === null) return '';
  if (kindOf(schema) === 'list') return Array.isArray(value) ? value.join(', ') : String(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What stands in the fields as a configuration; empty fields keep their default. Throws SyntaxError for JSON that is none. */
export function valuesOf(options: readonly ComponentOption[], texts: OptionText): Record<string, unknown> {
  const given = options.filter(({ name }) => (texts[name] ?? '').trim() !== '');
  return Object.fromEntries(given.map(({ name, schema }) => [name, optionValue((texts[name] ?? '').trim(), schema)]));
}

function optionValue(text: string, schema: OptionSchema): unknown {
  switch (kindOf(schema)) {
    case 'flag':
      return text === 'true';
    case 'number':
      return Number(text);
    case 'list':
      return text.split(',').map((part) => part.trim());
    case 'json':
      return jsonOrText(text, schema);
    default:
      return text;
  }
}

/** Fields without a single type (a template, a duration or a number) take plain text too. */
function jsonOrText(text: string, { type }: OptionSchema): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (type === 'object' || type === 'array') throw error;
    return text;
  }
}

/** What the server shows in place of a secret, and takes back as "as it is". */
const HIDDEN = '(hidden)';
const hidden = (value: unknown): boolean => value !== undefined && JSON.stringify(value).includes(HIDDEN);

/** What a configuration has, as it stands in the fields; secrets stay empty. */
export function textsOf(options: readonly ComponentOption[], written: Readonly<Record<string, unknown>> | undefined): OptionText {
  const shown = options.filter(({ name }) => written?.[name] !== undefined && !hidden(written[name]));
  return Object.fromEntries(shown.map(({ name, schema }) => [name, textOf(written?.[name], schema)]));
}

/** Secrets that nobody gave anew stay as they are. */
export function keepHidden(
  options: readonly ComponentOption[],
  values: Readonly<Record<string, unknown>>,
  written: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  const kept = options.filter(({ name }) => values[name] === undefined && hidden(written?.[name]));
  return { ...values, ...Object.fromEntries(kept.map(({ name }) => [name, written?.[name]])) };
}
