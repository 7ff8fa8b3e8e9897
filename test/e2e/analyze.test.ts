import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliFolder, requestLog } from './run-cli.ts';

interface Result {
  alerts: { id: string; key: string; evidence: { input: string; line: number; offset: number; length: number }[] }[];
  reports: string[];
}

describe('a log from bytes to alerts, labels and replay', () => {
  const folder = new CliFolder();
  const analyze = (...args: string[]): Result => {
    const result = folder.run(['analyze', 'shop_20260301100000.log', '--out', 'reports', '-o', 'json', ...args]);
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout) as Result;
  };
  const reportsOf = ({ reports }: Result): Buffer[] => reports.map((file) => readFileSync(join(folder.path, file)));
  beforeAll(() => writeFileSync(folder.file('shop_20260301100000.log'), requestLog(2000, [1500])));
  afterAll(() => folder.remove());

  it('finds the one odd request, with its lines, in a report named like the input', () => {
    const result = analyze();
    expect(result.alerts.map(({ key }) => key)).toEqual(['req-001500']);
    expect(result.reports.map((file) => file.replace('reports/', ''))).toEqual([
      'shop_20260301100000.report.json',
      'shop_20260301100000.html',
    ]);
    const log = readFileSync(folder.file('shop_20260301100000.log'));
    for (const { offset, length, line } of result.alerts[0]?.evidence ?? []) {
      const text = log.subarray(offset, offset + length).toString();
      expect(text).toContain('req-001500');
      expect(log.subarray(0, offset).toString().split('\n').length).toBe(line);
    }
  });

  it('gives the same bytes again, and nothing of the machine in them', () => {
    const first = reportsOf(analyze());
    const second = reportsOf(analyze());
    expect(second).toEqual(first);
    for (const bytes of first) expect(bytes.toString()).not.toContain(folder.path);
  });

  it('reads standard input and named pipes as it reads a file, leaves nothing of them behind, and says that they are not replayed', () => {
    const log = folder.file('shop_20260301100000.log');
    const expected = analyze().alerts.map(({ key, evidence }) => [key, evidence.map(({ line, offset }) => [line, offset])]);
    mkdirSync(folder.file('tmp'));
    const env = { TMPDIR: folder.file('tmp') };
    const shells: readonly [string, string, string][] = [
      ['stdin', '-', `cat ${log} |`],
      ['stdin', '/dev/stdin', `cat ${log} |`],
      ['pipe', 'fifo', `mkfifo fifo; cat ${log} > fifo &`],
    ];
    let id = '';
    for (const [name, path, shell] of shells) {
      const result = folder.run(['analyze', path, '--out', 'piped', '-o', 'json'], { shell, env });
      expect(result.stderr).toBe('');
      const { inputs, alerts } = JSON.parse(result.stdout) as Result & { inputs: { name: string }[] };
      expect(inputs.map((input) => input.name)).toEqual([name]);
      expect(alerts.map(({ key, evidence }) => [key, evidence.map(({ line, offset }) => [line, offset])])).toEqual(expected);
      id = alerts[0]?.id as string;
    }
    expect(readdirSync(folder.file('tmp'))).toEqual([]);
    expect(JSON.parse(folder.run(['alerts', 'replay', id, '-o', 'json']).stderr)).toMatchObject({ error: { code: 'REPLAY_UNAVAILABLE' } });
    expect(JSON.parse(folder.run(['analyze', '-', '-o', 'json'], { env }).stderr)).toMatchObject({ error: { code: 'INPUT_EMPTY' } });
    expect(readdirSync(folder.file('tmp'))).toEqual([]);
  });

  it('replays a finding byte for byte, learns a label and forgets it when revoked', () => {
    const before = reportsOf(analyze());
    const [alert] = analyze().alerts;
    const id = alert?.id as string;
    expect(JSON.parse(folder.run(['alerts', 'replay', id, '-o', 'json']).stdout)).toMatchObject({ identical: true });
    expect(folder.run(['alerts', 'label', id, 'false-positive', '--note', 'load test']).status).toBe(0);
    expect(analyze().alerts).toEqual([]);
    expect(JSON.parse(folder.run(['alerts', 'show', id, '-o', 'json']).stdout)).toMatchObject({ verdict: 'false-positive' });
    expect(folder.run(['alerts', 'unlabel', id]).status).toBe(0);
    const after = reportsOf(analyze());
    expect(after).toEqual(before);
  });

  it('replays each of several signatures, and shows its line and that a rule promises no rate', () => {
    const eve = (id: number, second: number) =>
      JSON.stringify({
        timestamp: `2026-03-01T10:00:0${second}.000000+0000`,
        event_type: 'alert',
        flow_id: id,
        ...{ src_ip: '10.0.0.1', src_port: 1, dest_ip: '10.0.0.2', dest_port: 80, proto: 'TCP' },
        alert: { gid: 1, signature_id: id, signature: `rule ${id}`, severity: 1 },
      });
    writeFileSync(folder.file('eve.json'), `${eve(1, 1)}\n${eve(2, 2)}\n`);
    const found = JSON.parse(folder.run(['analyze', 'eve.json', '--out', 'reports', '-o', 'json']).stdout) as Result;
    expect(found.alerts).toHaveLength(2);
    for (const { id } of found.alerts) {
      expect(JSON.parse(folder.run(['alerts', 'replay', id, '-o', 'json']).stdout)).toMatchObject({ identical: true });
    }
    const { stdout } = folder.run(['alerts', 'show', found.alerts[0]?.id ?? '', '--details']);
    expect(stdout).toMatch(/p-value {4}none: a fixed rule/);
    expect(stdout).toMatch(/eve\.json:\d {2}\{"timestamp"/);
    expect(stdout).not.toContain('null');
  });

  it('takes alerts and incidents up: who, what was written, how far', () => {
    const [alert] = analyze().alerts;
    const { incidents } = JSON.parse(folder.run(['incidents', 'list', '--band', 'low', '--learning', '-o', 'json']).stdout) as {
      incidents: { id: string }[];
    };
    for (const [kind, id] of [
      ['alerts', alert?.id ?? ''],
      ['incidents', incidents[0]?.id ?? ''],
    ] as const) {
      expect(folder.run([kind, 'assign', id.slice(0, 12), 'maria']).stdout).toBe(`${id.slice(0, 12)}: assigned to maria.\n`);
      expect(folder.run([kind, 'note', id, 'asked the owner']).stdout).toContain('noted, 1 note by now');
      expect(folder.run([kind, 'state', id, 'acknowledged']).status).toBe(0);
      const shown = JSON.parse(folder.run([kind, 'show', id, '-o', 'json']).stdout) as object;
      expect(shown).toMatchObject({ state: 'acknowledged', assignee: 'maria', notes: [{ note: 'asked the owner' }] });
      expect(folder.run([kind, 'show', id]).stdout).toMatch(/maria is on it[\s\S]+Notes\n.+: asked the owner/);
      expect(JSON.parse(folder.run([kind, 'assign', id, '-o', 'json']).stdout)).toMatchObject({ state: 'acknowledged', assignee: null });
    }
  });

  it('says when the input changed and no longer replays', () => {
    const [alert] = analyze().alerts;
    const path = folder.file('shop_20260301100000.log');
    const log = readFileSync(path);
    writeFileSync(path, log.subarray(0, 100_000));
    const result = folder.run(['alerts', 'replay', alert?.id as string, '-o', 'json']);
    expect(JSON.parse(result.stderr).error).toMatchObject({ code: 'REPLAY_UNAVAILABLE' });
    writeFileSync(path, log);
  });

  it('keeps tenants apart', () => {
    const [alert] = analyze().alerts;
    const other = folder.run(['alerts', 'show', alert?.id as string, '--tenant', 'other', '-o', 'json']);
    expect(JSON.parse(other.stderr).error.code).toBe('ALERT_MISSING');
  });

  it('ends with 3 when an alert at the asked level was found', () => {
    expect(folder.run(['analyze', 'shop_20260301100000.log', '--out', 'reports', '--fail-on', 'medium']).status).toBe(3);
  });

  it('trains, scores and evaluates a registered model, and goes back to the one before', () => {
    writeFileSync(folder.file('normal.log'), requestLog(1500));
    writeFileSync(folder.file('labels.csv'), 'id,label\nreq-001500,attack\n');
    for (let version = 1; version <= 2; version++) {
      expect(folder.run(['train', 'sequence', '--data', 'normal.log', '--name', 'shop', '--promote']).status).toBe(0);
    }
    const evaluated = folder.run([
      'evaluate',
      '--model',
      'shop',
      '--data',
      'shop_20260301100000.log',
      '--labels',
      'labels.csv',
      '-o',
      'json',
    ]);
    expect(JSON.parse(evaluated.stdout).metrics).toMatchObject({ recall: 1, abnormal: 1 });
    expect(folder.run(['score', '--model', 'shop', '--data', 'normal.log', '--out', 'scores.csv']).status).toBe(0);
    const csv = readFileSync(folder.file('scores.csv'), 'utf8').trim().split('\n');
    expect(csv[0]).toBe('id,score,p_value,threshold,anomalous');
    expect(csv.length).toBe(1501);
    expect(folder.run(['models', 'rollback', 'shop']).stdout).toContain('shop@1');
    expect(folder.run(['models', 'export', 'shop@1', '--out', 'shop.vmodel']).status).toBe(0);
    expect(folder.run(['models', 'import', 'shop.vmodel', '--name', 'copy']).stdout).toContain('copy@1');
    expect(analyze('--model', 'copy').alerts.map(({ key }) => key)).toEqual(['req-001500']);
  });
});

describe('a log whose lines have no times', () => {
  const folder = new CliFolder();
  afterAll(() => folder.remove());

  it('is dated nowhere, neither in alerts nor in the report', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `worker ${i % 7}: job ${(i * 37) % 9999} done in ${i % 90} ms`);
    lines.splice(2500, 0, 'worker 3: kernel module rootkit.ko loaded by alice from 6.6.6.6');
    writeFileSync(folder.file('worker.log'), `${lines.join('\n')}\n`);
    const result = folder.run(['analyze', 'worker.log', '--out', 'reports', '-o', 'json']);
    const { alerts, incidents, reports } = JSON.parse(result.stdout) as {
      alerts: { time: string; title: string; evidence: { line: number; time: string | null }[] }[];
      incidents: unknown[];
      reports: string[];
    };
    const alert = alerts.find(({ title }) => title.includes('rootkit'));
    expect(alert?.time).toBe('');
    expect(alert?.evidence).toMatchObject([{ line: 2501, time: null }]);
    expect(incidents).toEqual([]);
    expect(reports).toEqual(['reports/worker_undated.report.json', 'reports/worker_undated.html']);
    for (const file of reports) expect(readFileSync(folder.file(file), 'utf8')).not.toMatch(/19(69|70)-/);
  });
});
