/** Names are those of the program's own tables: a few dozen. */
const PATHS = new Map<string, readonly string[]>();

/** A field by its name: as it stands, else by the dots in it through nested objects. */
export function fieldAt(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const path = pathOf(name);
  if (path.length === 1) return undefined;
  let value: unknown = fields;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function pathOf(name: string): readonly string[] {
  let path = PATHS.get(name);
  if (path === undefined) {
    path = name.split('.');
    PATHS.set(name, path);
  }
  return path;
}
