import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { columnBuffers, decodeUtf8, type LogBatch, textAt } from '../../core/index.ts';
import { listInputs } from '../../sources/index.ts';
import { InputParser, type LogInputs } from './input-parser.ts';
import { ParserThread } from './parser-thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-parsing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two formats, templates that generalise, a joined stack trace, lines that fit nothing. */
function write(): void {
  const java = Array.from({ length: 30_000 }, (_, i) => {
    const line = `2026-03-01 10:${String(10 + (Math.floor(i / 600) % 50))}:00,000 INFO [main] app.Job: task ${['read', 'write', 'sync'][i % 3]} of job${i % 7}x took ${i} ms`;
    return i % 500 === 0 ? `${line}\n\tat app.Job.run(Job.java:${i % 90})` : line;
  });
  writeFileSync(join(folder, 'a.log'), `no header here\n${java.join('\n')}\n`);
  writeFileSync(
    join(folder, 'b.log'),
    Array.from({ length: 2000 }, (_, i) => `081109 203518 143 INFO dfs.Node: Receiving block blk_${i}\n`).join(''),
  );
}

/** `reuse`: the columns of each batch are spoilt and given back once they were looked at. */
async function all(parser: LogInputs, reuse: boolean): Promise<unknown> {
  const seen: unknown[] = [];
  for (const input of await listInputs([folder])) {
    const parsing = parser.parse(input);
    for (let next = await parsing.next(); ; next = await parsing.next()) {
      if (next.done === true) {
        seen.push(next.value);
        break;
      }
      const { format, batch, templates, bytesRead } = next.value;
      seen.push([format, bytesRead, templates.map(({ id, text }) => [id, text])]);
      for (let row = 0; row < batch.rows; row++)
        seen.push([
          [batch.origin.line[row], batch.origin.offset[row], batch.origin.length[row], batch.time[row], batch.pid[row]],
          [batch.host, batch.component, batch.level].map(({ codes, values }) => values[codes[row] as number]),
          [templates[batch.template[row] as number]?.id, batch.shape?.codes[row], batch.shape?.masks.start[batch.shape.codes[row] ?? -1]],
          [textAt(batch.message, row), ...parametersAt(batch, row)],
        ]);
      if (!reuse) continue;
      const buffers = columnBuffers(batch);
      for (const buffer of buffers) new Uint8Array(buffer).fill(0xa5);
      parser.reuse(buffers);
    }
  }
  seen.push((await parser.templates()).map(({ id, text, count }) => [id, text, count]));
  await parser.close();
  return seen;
}

function parametersAt({ parameters }: LogBatch, row: number): string[] {
  const { bytes, start, end } = parameters;
  const [from, to] = [parameters.first[row] as number, parameters.first[row + 1] as number];
  return Array.from({ length: to - from }, (_, i) => decodeUtf8(bytes, start[from + i] as number, end[from + i] as number));
}

describe('parsing in a thread of its own', () => {
  it('gives what parsing here gives: lines, templates as they stood at each batch, counts, summaries', async () => {
    write();
    const here = await all(new InputParser({}), false);
    expect(await all(new ParserThread({}), false)).toEqual(here);
    expect(await all(new ParserThread({}), true)).toEqual(here);
    expect(await all(new InputParser({}), true)).toEqual(here);
  });

  it('tells why an input cannot be read', async () => {
    const thread = new ParserThread({});
    const missing = { name: 'gone.log', path: join(folder, 'gone.log'), bytes: 3_000_000 };
    await expect(thread.parse(missing).next()).rejects.toThrow(/gone\.log/);
    await thread.close();
  });
});
