import { type Document, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { ConfigError, type Problem } from './problem.ts';
import type { Path } from './shape.ts';

/** Most bytes of a configuration file, and most values its aliases may expand to. */
const MAX_TEXT = 4 * 1024 * 1024;
const MAX_ALIASES = 100;

/** A parsed file that knows where each value stands. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** Line and column of the value at `path`, of its nearest existing ancestor otherwise. `key` = of the key itself. */
  locate(path: Path, key?: string): { line: number; column: number };
}

/** Parses YAML; syntax errors, duplicate keys and alias bombs are problems with their place. */
export function parseYaml(text: string, file: string): YamlDocument {
  if (text.length > MAX_TEXT) {
    throw new ConfigError([
      { file, line: 1, column: 1, path: '', message: `is larger than ${MAX_TEXT} characters; that is no configuration` },
    ]);
  }
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    uniqueKeys: true,
    prettyErrors: false,
    maxAliasCount: MAX_ALIASES,
  } as object);
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    file,
    ...at(error.pos[0]),
    path: '',
    message: error.code === 'DUPLICATE_KEY' ? 'this key stands here twice' : error.message,
  }));
  if (problems.length > 0) throw new ConfigError(problems);
  return { file, value: toValue(document, file), locate: (path, key) => at(offsetOf(document, path, key)) };
}

function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch (error) {
    const reason = error instanceof ReferenceError ? 'its aliases expand to far too much (an alias bomb)' : String(error);
    throw new ConfigError([{ file, line: 1, column: 1, path: '', message: reason }]);
  }
}

function offsetOf(document: Document.Parsed, path: Path, key: string | undefined): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (length === path.length && key !== undefined) {
      const pair = (node as { items?: unknown[] }).items?.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
      );
      if (isPair(pair) && isScalar(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    return node.range?.[0] ?? 0;
  }
  return 0;
}
