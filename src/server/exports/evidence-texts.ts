import type { Alert } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';

const MOST_LINES = 200;
const LOOKED = 1000;

/** The messages of an alert's evidence that are still stored, in its order. */
export async function evidenceTexts(
  store: TenantStore,
  { detection }: Alert,
): Promise<readonly { readonly input: string; readonly line: number; readonly text: string }[]> {
  const evidence = detection.evidence.slice(0, MOST_LINES);
  const times = evidence.map(({ time }) => time ?? Number.NaN).filter(Number.isFinite);
  if (times.length === 0) return [];
  const range = { from: Math.min(...times), to: Math.max(...times) + 1, source: detection.source };
  const found = new Map<string, string>();
  for (const input of new Set(evidence.map((line) => line.input))) {
    const { items } = await store.events.query({ ...range, input, limit: LOOKED });
    for (const { offset, message } of items) found.set(`${input}\n${offset}`, message);
  }
  return evidence.flatMap(({ input, line, offset }) => {
    const text = found.get(`${input}\n${offset}`);
    return text === undefined ? [] : [{ input, line, text }];
  });
}
