import { lineTexts } from '../../analysis/index.ts';
import type { Alert, EvidenceLine } from '../../core/index.ts';
import { analysisId, type Operations } from '../../server/index.ts';
import { type FileInput, listInputs } from '../../sources/index.ts';

const LONGEST_TEXT = 300;

/**
 * The evidence of an alert as lines of a terminal: with its text where it is stored, or where the files it came from still hold it,
 * else by its place.
 */
export async function evidenceLines(alert: Alert, operations: Operations, most: number): Promise<string[]> {
  const { detection } = alert;
  const evidence = detection.evidence.slice(0, most);
  const texts = new Map<EvidenceLine, string>();
  const record = detection.lineage.epoch === 0 ? await operations.analysis(analysisId(detection.lineage)) : undefined;
  const paths = record?.paths.filter((path) => !path.startsWith('s3://')) ?? [];
  const inputs = paths.length === 0 ? [] : await listInputs(paths).catch(() => []);
  for (const { input, to } of detection.lineage.inputs) {
    const file = inputs.find(({ name, bytes }) => name === input && bytes === to);
    if (file === undefined) continue;
    const wanted = evidence.filter((line) => line.input === input);
    for (const [line, text] of await textsOf(file, wanted)) texts.set(line, text);
  }
  const live = record === undefined ? await liveTexts(alert, operations) : new Map<string, string>();
  return evidence.map((line) => {
    const text = texts.get(line) ?? live.get(placeOf(line));
    const place = placeOf(line);
    return text === undefined ? `${place} (byte ${line.offset})` : `${place}  ${text.slice(0, LONGEST_TEXT)}`;
  });
}

function placeOf({ input, line }: Pick<EvidenceLine, 'input' | 'line'>): string {
  return `${input}:${line}`;
}

/** As they are stored, or stand in the files of their source. */
async function liveTexts({ id }: Alert, operations: Operations): Promise<Map<string, string>> {
  const exported = await operations.exportAlert(id, 'json').catch(() => undefined);
  if (exported === undefined) return new Map();
  const { lines } = JSON.parse(Buffer.from(exported).toString()) as { lines: readonly { input: string; line: number; text: string }[] };
  return new Map(lines.map((line) => [placeOf(line), line.text]));
}

async function textsOf(file: FileInput, lines: readonly EvidenceLine[]): Promise<[EvidenceLine, string][]> {
  const read = await lineTexts(file, lines).catch(() => []);
  const byOffset = new Map(read.map(({ offset, text }) => [offset, text]));
  return lines.flatMap((line): [EvidenceLine, string][] => {
    const text = byOffset.get(line.offset);
    return text === undefined ? [] : [[line, text]];
  });
}
