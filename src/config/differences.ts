import { isDeepStrictEqual } from 'node:util';
import type { ConfigChange } from './edit.ts';
import type { Path } from './shape.ts';

/** The changes that make `before` at `path` into `after`. What is equal in both stays untouched in the text, and so do its comments. */
export function differences(path: Path, before: unknown, after: unknown): readonly ConfigChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isMap(before) || !isMap(after)) return [{ path, value: after }];
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key) || after[key] === undefined);
  return [
    ...gone.map((key) => ({ path: [...path, key], value: undefined })),
    ...Object.keys(after).flatMap((key) => differences([...path, key], Object.hasOwn(before, key) ? before[key] : undefined, after[key])),
  ];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
