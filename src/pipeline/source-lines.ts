import { join } from 'node:path';
import type { TenantConfig } from '../config/index.ts';
import { type Alert, decodeUtf8, type EvidenceLine } from '../core/index.ts';
import { filesOfGeneration, readRange } from '../sources/index.ts';

export interface SourceLine {
  readonly input: string;
  readonly line: number;
  readonly offset: number;
  readonly text: string;
}

const LONGEST_TEXT = 2000;
/** Of a compressed file, which is expanded for each. */
const MOST_COMPRESSED = 20;

/**
 * Text of an alert's evidence, read once more from the files of its source: where they are what they were, renamed, copied or compressed since too. Nothing
 * where the tenant hides personal data, which stands there in clear.
 */
export async function sourceLines({ detection }: Alert, tenant: TenantConfig, wanted: readonly EvidenceLine[]): Promise<SourceLine[]> {
  const source = tenant.sources.find(({ name }) => name === detection.source);
  const path = (source as { readonly path?: unknown } | undefined)?.path;
  const isFolder = source?.type === 'directory';
  if (tenant.pseudonymise !== undefined || typeof path !== 'string' || !(isFolder || source?.type === 'file')) return [];
  const lines: SourceLine[] = [];
  for (const { input, generation } of detection.lineage.inputs) {
    const own = wanted.filter((line) => line.input === input);
    if (own.length === 0 || input.includes('!')) continue;
    const [file] = await filesOfGeneration(isFolder ? join(path, input) : path, isFolder ? path : undefined, generation);
    if (file === undefined) continue;
    for (const { line, offset, length } of own.slice(0, file.compressed ? MOST_COMPRESSED : own.length)) {
      const bytes = await readRange(file.input, offset, Math.min(length, LONGEST_TEXT)).catch(() => undefined);
      if (bytes !== undefined && bytes.length > 0)
        lines.push({ input, line, offset, text: decodeUtf8(bytes, 0, bytes.length).replace(/[\r\n]+$/, '') });
    }
  }
  return lines;
}
