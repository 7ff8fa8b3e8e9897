import { lineTexts } from '../../analysis/index.ts';
import type { Alert, EvidenceLine } from '../../core/index.ts';
import { analysisId, type Operations } from '../../server/index.ts';
import { type FileInput, listInputs } from '../../sources/index.ts';

const LONGEST_TEXT = 300;

/**
 * The evidence of an alert as lines of a terminal: with its text where it came from a one-shot analysis whose inputs still lie there
 * as long as they were, else by its place.
 */
export async function evidenceLines({ detection }: Alert, operations: Operations, most: number): Promise<string[]> {
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
  return evidence.map((line) => {
    const text = texts.get(line);
    const place = `${line.input}:${line.line}`;
    return text === undefined ? `${place} (byte ${line.offset})` : `${place}  ${text.slice(0, LONGEST_TEXT)}`;
  });
}

async function textsOf(file: FileInput, lines: readonly EvidenceLine[]): Promise<[EvidenceLine, string][]> {
  const read = await lineTexts(file, lines).catch(() => []);
  const byOffset = new Map(read.map(({ offset, text }) => [offset, text]));
  return lines.flatMap((line): [EvidenceLine, string][] => {
    const text = byOffset.get(line.offset);
    return text === undefined ? [] : [[line, text]];
  });
}
