import { open } from 'node:fs/promises';
import { decodeUtf8, type EvidenceLine } from '../core/index.ts';
import { type FileInput, holdsPlainLines } from '../sources/index.ts';
import { isParquet } from '../training/series/index.ts';
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
  if (lines.length === 0) return [];
  return !(await isParquet(input)) && (await holdsPlainLines(input)) ? fromPlaces(input, lines) : fromRecords(input, lines);
}

/** Of a file that holds the lines as they are. */
async function fromPlaces(input: FileInput, lines: readonly EvidenceLine[]): Promise<LineText[]> {
  const texts: LineText[] = [];
  const file = await open(input.path, 'r');
  const bytes = new Uint8Array(LONGEST_TEXT);
  try {
    for (const line of lines) {
      const { bytesRead } = await file.read(bytes, 0, Math.min(line.length, LONGEST_TEXT), line.offset);
      if (bytesRead > 0 || (line.length === 0 && line.offset < input.bytes)) texts.push(textOf(input, line, bytes, 0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return texts;
}

/** `lines` by their offsets. */
async function fromRecords(input: FileInput, lines: readonly EvidenceLine[]): Promise<LineText[]> {
  const texts: LineText[] = [];
  const files = await eventRecords(input);
  let next = 0;
  try {
    for await (const batch of files.read()) {
      for (; next < lines.length; next++) {
        const line = lines[next] as EvidenceLine;
        const from = line.offset - batch.offset;
        if (from >= batch.bytes.length) break;
        if (from < 0) continue;
        texts.push(textOf(input, line, batch.bytes, from, Math.min(from + line.length, from + LONGEST_TEXT, batch.bytes.length)));
      }
      if (next >= lines.length) break;
    }
  } finally {
    await files.close();
  }
  return texts;
}

function textOf(input: FileInput, { line, offset, length }: EvidenceLine, bytes: Uint8Array, start: number, end: number): LineText {
  return { input: input.name, line, offset, length, text: decodeUtf8(bytes, start, end).replace(/[\r\n]+$/, '') };
}
