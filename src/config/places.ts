import { readFile } from 'node:fs/promises';
import { parseYaml, type YamlDocument } from './document.ts';
import type { Path } from './shape.ts';

/** Sentences about a configuration that begin with the path they are about, each with `file:line:column` before it, or only `origin` where that is no file. */
export async function placed(origin: string, sentences: readonly string[]): Promise<string[]> {
  const document = await documentOf(origin);
  return sentences.map((sentence) => {
    const [path = ''] = /^[\w.[\]-]+/.exec(sentence) ?? [];
    if (document === undefined) return `${origin} ${sentence}`;
    const { line, column } = document.locate(partsOf(path));
    return `${origin}:${line}:${column} ${sentence}`;
  });
}

async function documentOf(origin: string): Promise<YamlDocument | undefined> {
  try {
    return parseYaml(await readFile(origin, 'utf8'), origin);
  } catch {
    return undefined;
  }
}

/** `tenants.default.sources[0].path` */
function partsOf(path: string): Path {
  return (path.match(/[^.[\]]+/g) ?? []).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
