import { VedetteError } from '../core/index.ts';

type Part = string | number | null;

/** Page cursors are opaque text; what comes back is checked, as it may come from outside. */
export function encodeCursor(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

export function decodeCursor(cursor: string, types: readonly ('string' | 'number' | 'number|null' | 'string|null')[]): readonly Part[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === types.length && parts.every((part, i) => fits(part, types[i] as string)))
      return parts as Part[];
  } catch {
    // Reported below.
  }
  throw badCursor(cursor);
}

export function badCursor(cursor: string): VedetteError {
  return new VedetteError('USAGE', `not a cursor of this listing: ${JSON.stringify(cursor.slice(0, 80))}`, {
    hint: 'Use the cursor that the previous page returned.',
  });
}

function fits(part: unknown, type: string): boolean {
  return type.split('|').includes(part === null ? 'null' : typeof part);
}
