import type { TenantConfig } from '../../config/index.ts';
import type { Alert } from '../../core/index.ts';
import { sourceLines } from '../../pipeline/index.ts';
import type { TenantStore } from '../../store/index.ts';

const MOST_LINES = 200;
const LOOKED = 1000;

/** The lines of an alert's evidence, in its order: as they are stored, else from the files of the source that `tenant` configures. */
export async function evidenceTexts(
  store: TenantStore,
  alert: Alert,
  tenant: TenantConfig | undefined,
): Promise<readonly { readonly input: string; readonly line: number; readonly text: string }[]> {
  const { detection } = alert;
  const evidence = detection.evidence.slice(0, MOST_LINES);
  const times = evidence.map(({ time }) => time ?? Number.NaN).filter(Number.isFinite);
  const range = { from: Math.min(...times), to: Math.max(...times) + 1, source: detection.source };
  const found = new Map<string, string>();
  for (const input of new Set(times.length === 0 ? [] : evidence.map((line) => line.input))) {
    const { items } = await store.events.query({ ...range, input, limit: LOOKED });
    for (const { offset, message } of items) found.set(`${input}\n${offset}`, message);
  }
  const missing = evidence.filter(({ input, offset }) => !found.has(`${input}\n${offset}`));
  if (missing.length > 0 && tenant !== undefined)
    for (const { input, offset, text } of await sourceLines(alert, tenant, missing)) found.set(`${input}\n${offset}`, text);
  return evidence.flatMap(({ input, line, offset }) => {
    const text = found.get(`${input}\n${offset}`);
    return text === undefined ? [] : [{ input, line, text }];
  });
}
