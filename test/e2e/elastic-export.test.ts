import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliFolder } from './run-cli.ts';

/** Logins of three hosts, one document every six seconds; the last hour holds one that never was. */
function documents(hour: number): object[] {
  const docs: object[] = [];
  for (let i = 0; i < 600; i++) {
    const at = new Date(Date.UTC(2026, 2, 1, hour, 0, i * 6)).toISOString();
    const document = (level: string, message: string): object => ({
      '@timestamp': at,
      host: { name: `web${i % 3}` },
      log: { level },
      message,
    });
    docs.push(document('info', `user u${i % 20} logged in from 10.0.0.${i % 20}`));
    if (hour === 3 && i === 400) docs.push(document('error', 'database dump of table customers written to /tmp/x.sql'));
  }
  return docs;
}

describe('a folder into which Elasticsearch exports', () => {
  const folder = new CliFolder();
  beforeAll(() => {
    mkdirSync(folder.file('export'));
    for (let hour = 0; hour < 4; hour++) {
      const docs = documents(hour);
      const text = hour % 2 === 1 ? JSON.stringify(docs) : docs.map((one) => JSON.stringify(one)).join('\n');
      writeFileSync(folder.file(`export/auth_20260301T0${hour}0000Z.json.gz`), gzipSync(text));
    }
  });
  afterAll(() => folder.remove());

  it('gives a report with the time stamp of each export, learns over all of them, and finds the odd document', () => {
    const result = folder.run(['analyze', 'export', '--out', 'reports', '-o', 'json']);
    expect(result.stderr).toBe('');
    const { alerts, reports, inputs } = JSON.parse(result.stdout) as {
      alerts: { evidence: { input: string }[]; title: string }[];
      reports: string[];
      inputs: { format: string; lines: number }[];
    };
    expect(inputs.map(({ lines }) => lines)).toEqual([600, 600, 600, 601]);
    expect(new Set(inputs.map(({ format }) => format))).toEqual(new Set(['json']));
    expect(reports).toContain(join('reports', 'auth_20260301T030000Z.report.json'));
    expect(reports).toHaveLength(8);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.title).toContain('database dump');
    expect(alerts[0]?.evidence[0]?.input).toBe('auth_20260301T030000Z.json.gz');
  });
});
