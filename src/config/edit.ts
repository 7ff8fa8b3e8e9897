import { isMap, isSeq, parseDocument, stringify } from 'yaml';
import { parseYaml } from './document.ts';
import type { Path } from './shape.ts';

/** One change of a configuration text; `value` undefined removes what is at the path. */
export interface ConfigChange {
  readonly path: Path;
  readonly value: unknown;
}

/** The text with the changes made; comments, order and spelling of everything else stay. Throws ConfigError for a text that is no YAML. */
export function editConfig(text: string, file: string, changes: readonly ConfigChange[]): string {
  parseYaml(text, file);
  const document = parseDocument(text);
  if (document.contents === null) document.contents = document.createNode({}) as never;
  for (const { path, value } of changes) {
    if (value === undefined) document.deleteIn(path);
    else {
      makeParents(document, path);
      // A plain value is put into the node that is there, beside its comment.
      document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** What a configuration text holds, before defaults and environment. */
export function configValue(text: string): unknown {
  return parseYaml(text, 'the configuration').value;
}

/** A value as a configuration text. */
export function configText(value: unknown, comment: string): string {
  return `# ${comment}\n${stringify(value, { lineWidth: 0 })}`;
}

/** What lies above the path and is absent, or null, becomes a map or a list. */
function makeParents(document: ReturnType<typeof parseDocument>, path: Path): void {
  for (let length = 1; length < path.length; length++) {
    const above = path.slice(0, length);
    const node = document.getIn(above, true);
    if (isMap(node) || isSeq(node)) continue;
    document.setIn(above, document.createNode(typeof path[length] === 'number' ? [] : {}));
  }
}
