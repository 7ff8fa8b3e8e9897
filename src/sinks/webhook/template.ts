/** A value by dotted path; only own properties, so `__proto__` and the like lead nowhere. */
function lookUp(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

const WHOLE = /^\{\{\s*([\w.]+)\s*\}\}$/;
const INSIDE = /\{\{\s*([\w.]+)\s*\}\}/g;

/**
 * Fills `{{dotted.path}}` in the strings of a JSON template. A string that is one placeholder takes the value with its type;
 * inside longer strings values become text. The result is a value, never text to be parsed, so an alert can't break out of it.
 */
export function fillTemplate(template: unknown, values: unknown): unknown {
  if (typeof template === 'string') {
    const whole = WHOLE.exec(template);
    if (whole !== null) return lookUp(values, whole[1] as string) ?? null;
    return template.replace(INSIDE, (_match, path: string) => textOf(lookUp(values, path)));
  }
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fillTemplate(item, values)]));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
