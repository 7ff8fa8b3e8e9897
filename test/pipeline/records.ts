import type { RecordBatch } from '../../src/core/index.ts';

/** Lines as the batches of one input, cut after the given numbers of lines. */
export function batchesOf(lines: readonly string[], cuts: readonly number[], arrival: number, input = 'app.log'): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let offset = 0;
  let line = 1;
  for (let at = 0, cut = 0; at < lines.length; cut++) {
    const count = Math.max(1, cuts[cut % cuts.length] ?? lines.length);
    const part = lines.slice(at, at + count);
    const bytes = new TextEncoder().encode(`${part.join('\n')}\n`);
    at += part.length;
    batches.push({ input, generation: 'g', offset, line, bytes, arrival, last: at >= lines.length });
    offset += bytes.length;
    line += part.length;
  }
  return batches;
}
