import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputParser, type InputSummary, type ParsingOptions } from './input-parser.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-inputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function parsed(text: string, changed: string, options: ParsingOptions = {}, onTime: (time: number) => void = () => {}) {
  const path = join(folder, 'a.log');
  writeFileSync(path, text);
  utimesSync(path, new Date(changed), new Date(changed));
  const parser = new InputParser(options);
  const reading = parser.parse({ name: 'a.log', path, bytes: statSync(path).size });
  for (let step = await reading.next(); ; step = await reading.next()) {
    if (step.done !== true) onTime(step.value.batch.time[0] as number);
    if (step.done === true) return { summary: step.value as InputSummary, templates: (await parser.templates()).map(({ text }) => text) };
  }
}

describe('an input', () => {
  it('says which year was taken where its dates name none', async () => {
    const lines = 'Dec 30 06:55:46 web sshd[1]: Invalid user a from 10.0.0.1\nJan  2 06:55:46 web sshd[1]: Invalid user b from 10.0.0.1\n';
    expect((await parsed(lines, '2024-06-01T00:00:00Z')).summary.takenYear).toBe(2024);
    expect((await parsed(lines.split('\n')[0] as string, '2024-06-01T00:00:00Z')).summary.takenYear).toBe(2023);
    const dated = '2024-01-05T00:00:00Z web sshd[1]: Invalid user a from 10.0.0.1\n';
    expect((await parsed(dated, '2026-06-01T00:00:00Z')).summary).not.toHaveProperty('takenYear');
  });

  it('has its dates without a year end at its own time, whichever input its parser read before', async () => {
    const parser = new InputParser({});
    for (const year of [2022, 2026, 2023]) {
      const path = join(folder, `${year}.log`);
      writeFileSync(path, 'Mar  1 10:00:00 srv1 sshd[7]: Connection closed\n'.repeat(50));
      utimesSync(path, new Date(`${year}-06-01T00:00:00Z`), new Date(`${year}-06-01T00:00:00Z`));
      const reading = parser.parse({ name: `${year}.log`, path, bytes: statSync(path).size });
      let step = await reading.next();
      while (step.done !== true) step = await reading.next();
      expect(step.value.takenYear).toBe(year);
    }
  });

  it.each([
    ['a day above 12', ['01/03/2026', '14/03/2026'], '2027-01-01T00:00:00Z', '2026-03-01', false],
    ['a month that cannot be', ['01/03/2026', '01/14/2026'], '2027-01-01T00:00:00Z', '2026-01-03', false],
    ['days that follow each other, the day first', ['01/03/2026', '02/03/2026', '03/03/2026'], '2027-01-01T00:00:00Z', '2026-03-01', false],
    [
      'days that follow each other, the month first',
      ['03/01/2026', '03/02/2026', '03/03/2026'],
      '2027-01-01T00:00:00Z',
      '2026-03-01',
      false,
    ],
    ['a file that is older than one of them', ['01/03/2026'], '2026-01-03T12:00:00Z', '2026-01-03', false],
    ['nothing', ['01/03/2026'], '2027-01-01T00:00:00Z', '2026-03-01', true],
  ])('has its dates with slashes read by %s', async (_, dates, changed, first, assumed) => {
    const text = dates.map((date) => `${`${date} 10:00:00 INFO started\n`.repeat(20_000 / dates.length)}`).join('');
    const times: number[] = [];
    const { summary } = await parsed(text, changed, {}, (time) => times.push(time));
    expect(new Date((times[0] as number) / 1000).toISOString().slice(0, 10)).toBe(first);
    expect(summary.assumedDayFirst).toBe(assumed ? true : undefined);
  });

  it('is mined with masks, similarity and depth of one’s own', async () => {
    const text = 'job-ab started\njob-cd started\njob-ef stopped\n';
    const { templates } = await parsed(text, '2024-06-01T00:00:00Z', { format: 'plain', mining: { masks: ['job-[a-f]+'] } });
    expect(templates.sort()).toEqual(['<*> started', '<*> stopped']);
    const strict = await parsed(text, '2024-06-01T00:00:00Z', { format: 'plain', mining: { similarity: 1 } });
    expect(strict.templates).toHaveLength(3);
  });
});
