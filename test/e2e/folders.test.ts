import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliFolder, requestLog } from './run-cli.ts';

/** A log without hosts, in which some components appear only on the later days. */
const storage = (day: number, components: readonly string[]): string =>
  Array.from({ length: 3000 }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, day) + i * 20_000).toISOString().replace('T', ' ').slice(0, 19);
    return `${at},000 INFO ${components[i % components.length]}: block blk_${i % 97} served in ${i % 40} ms`;
  }).join('\n');

describe('several inputs at once', () => {
  const folder = new CliFolder();
  beforeAll(() => {
    for (const name of ['a', 'b']) {
      mkdirSync(folder.file(name));
      writeFileSync(folder.file(`${name}/app.log`), requestLog(name === 'a' ? 60 : 80));
    }
    writeFileSync(folder.file('a/zero.log'), '');
    writeFileSync(folder.file('known.log'), `${storage(1, ['dfs.DataNode', 'dfs.Scanner'])}\n`);
    writeFileSync(folder.file('later.log'), `${storage(2, ['dfs.DataNode', 'dfs.Scanner', 'dfs.Intruder'])}\n`);
  });
  afterAll(() => folder.remove());

  it('an empty file stops nothing, inputs of one name overwrite nothing', () => {
    const parsed = folder.run(['parse', 'a', 'b', '--out', 'parsed']);
    expect(parsed).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(folder.file('parsed')).filter((name) => name.endsWith('structured.csv'))).toEqual([
      'a_app.log_structured.csv',
      'b_app.log_structured.csv',
    ]);
    const { stdout, status } = folder.run(['analyze', 'a', 'b', '--out', 'reports', '-o', 'json']);
    expect(status).toBe(0);
    const { reports } = JSON.parse(stdout) as { reports: string[] };
    expect(new Set(reports).size).toBe(4);
    expect(readdirSync(folder.file('reports')).filter((name) => name.endsWith('.html'))).toEqual([
      'app-2_20260301T100000Z.html',
      'app_20260301T100000Z.html',
    ]);
    const alone = folder.run(['parse', 'a/zero.log', '--out', 'parsed']);
    expect(alone.status).not.toBe(0);
    expect(alone.stderr).toContain('zero.log holds no record');
  });

  it('what the baseline shows is nothing new in a later log', () => {
    const { stdout } = folder.run(['analyze', 'later.log', '--baseline', 'known.log', '--out', 'reports', '-o', 'json']);
    const { alerts } = JSON.parse(stdout) as { alerts: { detector: string; title: string }[] };
    expect(alerts.length).toBeGreaterThan(0);
    for (const { title } of alerts) expect(title).toContain('dfs.Intruder');
    const report = readFileSync(folder.file('reports/later_20260102T000000Z.report.json'), 'utf8');
    const { detectors, warnings } = JSON.parse(report) as { detectors: { name: string; learnt: string }[]; warnings: { code: string }[] };
    expect(detectors.map(({ name }) => name).sort()).toEqual(['novelty', 'numbers', 'rate', 'sequence']);
    for (const { learnt } of detectors) expect(learnt).toMatch(/^from the baseline known\.log: /);
    expect(warnings.map(({ code }) => code)).not.toContain('learnt-from-itself');
  });

  it('a detector that is not for sessions is refused, an algorithm of deeplog is its cell', () => {
    const refused = folder.run(['analyze', 'b/app.log', '--detector', 'rate']);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/rate judges series, no sessions/);
    const wrong = folder.run(['train', 'deeplog', '--data', 'b/app.log', '--option', 'nonsense=1']);
    expect(wrong.stderr).toMatch(/detector deeplog: Unrecognized key: "nonsense"[\s\S]*its options are .*cell/);
    const trained = folder.run(['train', 'deeplog', '--algorithm', 'lstm', '--data', 'b/app.log', '--option', 'epochs=1', '-o', 'json']);
    expect(trained.stderr).toBe('');
    expect(JSON.parse(trained.stdout)).toMatchObject({ model: 'deeplog@1', hyperParameters: { cell: 'lstm' } });
  });
});
