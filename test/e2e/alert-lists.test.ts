import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliFolder } from './run-cli.ts';

const START = Date.UTC(2026, 2, 1) / 1000;

/** Three days of an ordinary alert on two hosts, and a burst of types that were never seen, on the third. */
function alertList(): string {
  const rows = ['time,name,ip,host,short'];
  for (let minute = 0; minute < 3 * 1440; minute += 5) {
    rows.push(`${START + minute * 60},Wazuh: log in,10.0.0.1,${minute % 10 === 0 ? 'mail' : 'web'},W-Login`);
  }
  const burst = START + 2.5 * 86_400;
  for (let i = 0; i < 8; i++) rows.push(`${burst + i * 20},Suricata: Alert - ET EXPLOIT number ${i},10.0.0.9,web,S-${i}`);
  return `${rows.join('\n')}\n`;
}

describe('a folder of alert lists of another program', () => {
  const folder = new CliFolder();
  beforeAll(() => {
    mkdirSync(folder.file('lists'));
    writeFileSync(folder.file('lists/soc_20260304.csv.gz'), gzipSync(alertList()));
  });
  afterAll(() => folder.remove());

  it('gives incidents as alerts with their lines, and a report named like the list', () => {
    const result = folder.run(['analyze', 'lists', '--out', 'reports', '-o', 'json', '--fail-on', 'medium']);
    expect([result.status, result.stderr]).toEqual([3, '']);
    const { inputs, alerts, reports } = JSON.parse(result.stdout) as {
      inputs: { name: string; format: string; lines: number }[];
      alerts: { id: string; entity: string; detector: string; evidence: { line: number }[] }[];
      reports: string[];
    };
    expect(inputs).toMatchObject([{ name: 'soc_20260304.csv.gz', format: 'alerts', lines: 872 }]);
    expect(alerts).toMatchObject([{ entity: 'web', detector: 'incidents' }]);
    expect(alerts[0]?.evidence.map(({ line }) => line)).toEqual([866, 867, 868, 869, 870, 871, 872, 873]);
    expect(reports).toEqual(['reports/soc_20260304.report.json', 'reports/soc_20260304.html']);
    const shown = folder.run(['incidents', 'show', alerts[0]?.id as string, 'lists/soc_20260304.csv.gz']);
    expect(shown.stdout).toContain('ET EXPLOIT number 3');
  });

  it('tells people how to see an incident again', () => {
    const { stdout } = folder.run(['analyze', 'lists', '--out', 'reports']);
    expect(stdout).toMatch(/vedette incidents show [0-9a-f]{12} .*lists\/soc_20260304\.csv\.gz/);
  });
});
