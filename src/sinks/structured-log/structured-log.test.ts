import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogParser, csvRows } from '../../parsers/index.ts';
import { csvValue, pythonList } from './csv.ts';
import { parametersOf } from './parameters.ts';
import { StructuredLog } from './structured-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-structured-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function write(form: 'csv' | 'json'): Promise<string[]> {
  const parser = createLogParser({ format: 'hdfs' });
  const lines = ['one two three a, "b"', 'one two four a, "b"'].map((text) => `081109 203615 148 INFO dfs.Node: ${text} 7\n`);
  const log = new StructuredLog(folder, 'x.log');
  let offset = 0;
  for (const [i, line] of lines.entries()) {
    const last = i === lines.length - 1;
    const bytes = Buffer.from(line);
    const batch = parser.parse({ input: 'x.log', generation: 'g', offset, line: i + 1, bytes, arrival: 0, last }, 's', () => {});
    await log.append(batch, parser.templates);
    offset += bytes.length;
  }
  const paths = await log.finish(form, parser.templates);
  return [readFileSync(paths.structured, 'utf8'), readFileSync(paths.templates, 'utf8')];
}

describe('StructuredLog', () => {
  it("writes logparser's two files, every row with its template as it ended up", async () => {
    const [structured = '', templates = ''] = await write('csv');
    const [header, ...rows] = [...csvRows(structured)];
    expect(header).toEqual(['LineId', 'Date', 'Time', 'Pid', 'Level', 'Component', 'Content', 'EventId', 'EventTemplate', 'ParameterList']);
    expect(rows.map((row) => [row[0], row[6], row[8], row[9]])).toEqual([
      ['1', 'one two three a, "b" 7', 'one two <*> a, "b" <*>', "['three', '7']"],
      ['2', 'one two four a, "b" 7', 'one two <*> a, "b" <*>', "['four', '7']"],
    ]);
    expect([...csvRows(templates)]).toEqual([
      ['EventId', 'EventTemplate', 'Occurrences'],
      [rows[0]?.[7], 'one two <*> a, "b" <*>', '2'],
    ]);
    expect(readdirSync(folder).sort()).toEqual(['x.log_structured.csv', 'x.log_templates.csv']);
  });

  it('writes the same as JSON lines', async () => {
    const [structured = ''] = await write('json');
    expect(JSON.parse(structured.split('\n')[0] as string)).toMatchObject({ LineId: 1, Level: 'INFO', ParameterList: ['three', '7'] });
  });
});

describe('a log with lines of several formats', () => {
  it('has the fields of each, and a column that says which', async () => {
    const access = '10.0.0.1 - - [01/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 17';
    const lines = [access, access, '{"time":"2026-03-01T10:00:01Z","level":"error","msg":"no","n":1}', 'killed'].map((line) => `${line}\n`);
    const parser = createLogParser({ format: 'access-common', mixed: true });
    const log = new StructuredLog(folder, 'x.log');
    let offset = 0;
    for (const [i, line] of lines.entries()) {
      const bytes = Buffer.from(line);
      const batch = { input: 'x.log', generation: 'g', offset, line: i + 1, bytes, arrival: 0, last: i === 3 };
      await log.append(
        parser.parse(batch, 's', () => {}),
        parser.templates,
      );
      offset += bytes.length;
    }
    const { structured } = await log.finish('csv', parser.templates);
    const [header = [], ...rows] = [...csvRows(readFileSync(structured, 'utf8'))];
    const cell = (row: number, name: string) => rows[row]?.[header.indexOf(name)];
    expect(rows.map((_, row) => cell(row, 'Format'))).toEqual(['access-common', 'access-common', 'json', 'plain']);
    expect([cell(0, 'Status'), cell(2, 'Status'), cell(2, 'Level'), cell(2, 'Attributes')]).toEqual(['200', '', 'error', '{"n":1}']);
    expect([cell(2, 'Time'), cell(3, 'Time'), cell(3, 'Content')]).toEqual(['2026-03-01T10:00:01Z', '2026-03-01T10:00:01Z', 'killed']);
  });
});

describe('values', () => {
  it('quotes separators, quotes, line ends and formulas and changes no text', () => {
    expect(['a', 'a,b', 'a"b', 'a\nb', '=1+1'].map(csvValue)).toEqual(['a', '"a,b"', '"a""b"', '"a\nb"', '"=1+1"']);
  });

  it('prints lists as Python does', () => {
    expect(pythonList(["a'b", '\\', 'x\ny\u0001', `'"`])).toBe(`["a'b", '\\\\', 'x\\ny\\x01', '\\'"']`);
  });

  it('takes parameters from the first line by the template', () => {
    expect(parametersOf('a  1 b 2\n\tat c', 'a <*> b <*>')).toEqual(['1', '2']);
    expect(parametersOf('a', 'b <*>')).toBeUndefined();
  });
});
