import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { textAt } from '../../core/index.ts';
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

async function all(parser: LogInputs): Promise<unknown> {
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
        seen.push([batch.origin.line[row], batch.time[row], templates[batch.template[row] as number]?.id, textAt(batch.message, row)]);
    }
  }
  seen.push((await parser.templates()).map(({ id, text, count }) => [id, text, count]));
  await parser.close();
  return seen;
}

describe('parsing in a thread of its own', () => {
  it('gives what parsing here gives: lines, templates as they stood at each batch, counts, summaries', async () => {
    write();
    expect(await all(new ParserThread({}))).toEqual(await all(new InputParser({})));
  });

  it('tells why an input cannot be read', async () => {
    const thread = new ParserThread({});
    const missing = { name: 'gone.log', path: join(folder, 'gone.log'), bytes: 3_000_000 };
    await expect(thread.parse(missing).next()).rejects.toThrow(/gone\.log/);
    await thread.close();
  });
});
