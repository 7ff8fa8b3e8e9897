import type { EvidenceLine } from '../../core/index.ts';
import { CaptureReader, describePacket } from '../../parsers/packets/index.ts';
import type { ReportLine } from '../../sinks/report/index.ts';
import { type FileInput, readBytes } from '../../sources/index.ts';

/** Describes the packets that findings point at, by reading the capture once more: nothing else was kept of them. */
export async function packetTexts(input: FileInput, wanted: readonly EvidenceLine[]): Promise<ReportLine[]> {
  const lines = [...new Map(wanted.map((line) => [line.line, line])).values()].sort((a, b) => a.line - b.line);
  const texts: ReportLine[] = [];
  if (lines.length === 0) return texts;
  let next = 0;
  for await (const batch of new CaptureReader({ input: input.name }).read(readBytes(input).chunks)) {
    for (; next < lines.length; next++) {
      const { line, offset, length } = lines[next] as EvidenceLine;
      const row = line - batch.firstNumber;
      if (row >= batch.rows) break;
      if (row >= 0) texts.push({ input: input.name, line, offset, length, text: `packet ${line}: ${describePacket(batch, row)}` });
    }
    if (next >= lines.length) break;
  }
  return texts;
}
