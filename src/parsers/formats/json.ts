import { decodeUtf8 } from '../../core/index.ts';
import { skipBlanks } from '../bytes/ascii.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { fromPairs, type Scalar } from './pairs.ts';

const MOST_DEPTH = 16;
const MOST_FIELDS = 1000;

/**
 * One JSON object a line: ECS, journalctl's JSON, Docker's, and what loggers print. Nested fields are flattened with dots.
 */
export const json: LogFormat = {
  name: 'json',
  summary: 'JSON lines: ECS, Docker, journald, structured loggers',
  fields: [],
  joining: 'none',
  drain: DEFAULT_DRAIN,
  // A line that is an object of JSON is nothing else, whatever layout its words would fit.
  specificity: 30,
  scan(arena, start, end, header, calendar) {
    if (arena.bytes[skipBlanks(arena.bytes, start, end)] !== 123) return 'not a JSON object';
    let value: unknown;
    try {
      value = JSON.parse(decodeUtf8(arena.bytes, start, end));
    } catch {
      return 'not valid JSON';
    }
    const pairs = new Map<string, Scalar>();
    const why = flatten(value as object, pairs);
    if (why !== undefined) return why;
    fromPairs(pairs, arena, header, calendar);
    return true;
  },
};

/** Adds every scalar below `root` under its dotted path; arrays of scalars as one text. A text says why it cannot be done. */
function flatten(root: object, pairs: Map<string, Scalar>): string | undefined {
  const open: { readonly path: string; readonly value: object; readonly depth: number }[] = [{ path: '', value: root, depth: 0 }];
  const nested: typeof open = [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.depth > MOST_DEPTH) return `nested deeper than ${MOST_DEPTH} levels`;
    nested.length = 0;
    for (const [name, value] of Object.entries(at.value)) {
      const path = at.path === '' ? name : `${at.path}.${name}`;
      if (value !== null && typeof value === 'object') {
        const flat = Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object');
        if (flat) pairs.set(path, value.join(','));
        else nested.push({ path, value, depth: at.depth + 1 });
      } else {
        pairs.set(path, value as Scalar);
      }
      if (pairs.size + open.length > MOST_FIELDS) return `more than ${MOST_FIELDS} fields`;
    }
    for (let i = nested.length - 1; i >= 0; i--) open.push(nested[i] as (typeof open)[number]);
  }
  return undefined;
}
