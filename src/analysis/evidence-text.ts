import { decodeUtf8, type EvidenceLine } from '../core/index.ts';
import type { FileInput } from '../sources/index.ts';
import { eventRecords } from './event-records.ts';

export interface LineText {
  readonly input: string;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

const LONGEST_TEXT = 2000;

/** Reads the raw text of lines that findings point at from their input once more: nothing else was kept of it. */
export async function lineTexts(input: FileInput, wanted: readonly EvidenceLine[]): Promise<LineText[]> {
  const lines = [...new Map(wanted.map((line) => [line.offset, line])).values()].sort((a, b) => a.offset - b.offset);
  const texts: LineText[] = [];
  if (lines.length === 0) return texts;
  const files = await eventRecords(input);
  let next = 0;
  try {
    for await (const batch of files.read()) {
      for (; next < lines.length; next++) {
        const { line, offset, length } = lines[next] as EvidenceLine;
        const from = offset - batch.offset;
        if (from >= batch.bytes.length) break;
        if (from < 0) continue;
        const text = decodeUtf8(batch.bytes, from, Math.min(from + length, from + LONGEST_TEXT, batch.bytes.length));
        texts.push({ input: input.name, line, offset, length, text: text.replace(/[\r\n]+$/, '') });
      }
      if (next >= lines.length) break;
    }
  } finally {
    await files.close();
  }
  return texts;
}
