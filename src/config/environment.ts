import type { Path } from './shape.ts';

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string; `$${` stands for `${`. A missing variable goes to `missing`. Paths
 * of replaced strings go to `replaced`, so that what came from the environment is never printed.
 */
export function interpolate(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  missing: (path: Path, name: string) => void,
  replaced: (path: Path) => void,
  path: Path = [],
): unknown {
  if (typeof value === 'string') {
    if (!value.includes('${')) return value;
    const escaped = value.split('$${');
    return escaped.map((part) => substitute(part, environment, missing, replaced, path)).join('${');
  }
  if (Array.isArray(value)) return value.map((item, index) => interpolate(item, environment, missing, replaced, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const next = interpolate(item, environment, missing, replaced, [...path, key]);
    Object.defineProperty(result, key, { value: next, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

function substitute(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  missing: (path: Path, name: string) => void,
  replaced: (path: Path) => void,
  path: Path,
): string {
  return text.replaceAll(REFERENCE, (_whole, name: string, fallback: string | undefined) => {
    replaced(path);
    const found = environment[name] ?? fallback;
    if (found === undefined) missing(path, name);
    return found ?? '';
  });
}
