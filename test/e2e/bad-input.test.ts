import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliFolder, requestLog } from './run-cli.ts';

type Case = readonly [name: string, args: readonly string[], code: string, message: RegExp];

/** Where nothing can be kept; Node's recursive mkdir never comes back from there. */
const IN_PROC: Case[] = [
  ['a home in /proc', ['alerts', 'list', '--home', '/proc/none'], 'USAGE', /\/proc/],
  ['reports in /proc', ['analyze', 'app.log', '--out', '/proc/none/reports'], 'USAGE', /\/proc/],
];

/** One clear error: a code, a message with the offending value, and what to do; never a stack trace. */
describe('bad input to every command', () => {
  const folder = new CliFolder();
  beforeAll(() => {
    writeFileSync(folder.file('app.log'), requestLog(300, [250]));
    writeFileSync(folder.file('empty.log'), '');
    writeFileSync(
      folder.file('binary.dat'),
      new Uint8Array(4096).map((_, i) => (i * 37) & 255),
    );
    writeFileSync(folder.file('cut.log.gz'), gzipSync('a line\n').subarray(0, 10));
    writeFileSync(folder.file('bad.yaml'), 'tenants: [oops\n');
    writeFileSync(folder.file('unknown-key.yaml'), 'listne: 127.0.0.1:1\n');
    writeFileSync(folder.file('not-a-model.vmodel'), 'garbage');
    mkdirSync(folder.file('no-files'));
    const minutes = Array.from({ length: 600 }, (_, i) => `${new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString()},${50 + (i % 9)}`);
    writeFileSync(folder.file('cpu.csv'), `timestamp,value\n${minutes.join('\n')}\n`);
    const forecast = ['train', 'forecast', '--data', 'cpu.csv', '--name', 'cpu', '--steps', '2', '--algorithm', 'ridge', '-o', 'json'];
    expect(folder.run(forecast).stderr).toBe('');
    const trained = folder.run(['train', 'sequence', '--data', 'app.log', '--name', 'app', '-o', 'json']);
    expect(trained.stderr).toBe('');
  });
  afterAll(() => folder.remove());

  const cases: readonly Case[] = [
    ['analyze: a missing file', ['analyze', 'nowhere.log'], 'INPUT_MISSING', /nowhere\.log/],
    ['analyze: an empty file', ['analyze', 'empty.log'], 'INPUT_EMPTY', /empty\.log/],
    ['analyze: an empty folder', ['analyze', 'no-files'], 'INPUT_EMPTY', /no-files/],
    ['analyze: an unknown format', ['analyze', 'app.log', '--format', 'klingon'], 'FORMAT_UNKNOWN', /klingon/],
    ['analyze: an unknown detector', ['analyze', 'app.log', '--detector', 'oracle'], 'USAGE', /oracle/],
    ['analyze: an unknown model', ['analyze', 'app.log', '--model', 'none'], 'MODEL_MISSING', /none/],
    ['analyze: a missing baseline', ['analyze', 'app.log', '--baseline', 'gone.log'], 'INPUT_MISSING', /gone\.log/],
    ['analyze: a tenant that climbs out', ['analyze', 'app.log', '--tenant', '../x'], 'USAGE', /\.\.\/x/],
    ['parse: a missing file', ['parse', 'nowhere.log'], 'INPUT_MISSING', /nowhere\.log/],
    ['parse: a file cut off in its head', ['parse', 'cut.log.gz'], 'INPUT_UNREADABLE', /cut\.log\.gz.*unexpected end/],
    ['analyze: reports into a file', ['analyze', 'app.log', '--out', 'bad.yaml'], 'INPUT_UNREADABLE', /bad\.yaml/],
    ['analyze: unknown templates', ['analyze', 'app.log', '--templates', 'gone.csv'], 'INPUT_MISSING', /gone\.csv/],
    ['analyze: unknown rules', ['analyze', 'app.log', '--rules', 'gone'], 'INPUT_MISSING', /gone/],
    ['analyze: a model of another kind', ['analyze', 'app.log', '--model', 'cpu'], 'MODEL_MISMATCH', /cpu/],
    ['parse: an empty file', ['parse', 'empty.log'], 'INPUT_EMPTY', /empty\.log/],
    ['analyze: a file cut off in its head', ['analyze', 'cut.log.gz'], 'INPUT_UNREADABLE', /cut\.log\.gz/],
    ['train: a missing file', ['train', 'sequence', '--data', 'nowhere'], 'INPUT_MISSING', /nowhere/],
    ['train: an unknown detector', ['train', 'oracle', '--data', 'app.log'], 'USAGE', /oracle/],
    ['train: a wrong option', ['train', 'sequence', '--data', 'app.log', '--option', 'folds=many'], 'CONFIG_INVALID', /folds/],
    ['train: an empty file', ['train', 'sequence', '--data', 'empty.log'], 'INPUT_EMPTY', /empty\.log/],
    ['train: a log as readings', ['train', 'forecast', '--data', 'app.log'], 'FORMAT_INVALID', /app\.log/],
    ['train: a log as flows', ['train', 'flow-classifier', '--data', 'app.log', '--label', 'Label'], 'INPUT_EMPTY', /app\.log/],
    ['score: an empty file', ['score', '--model', 'app', '--data', 'empty.log'], 'INPUT_EMPTY', /empty\.log/],
    ['score: a model of another kind', ['score', '--model', 'cpu', '--data', 'app.log'], 'MODEL_MISMATCH', /cpu/],
    [
      'score: into no folder',
      ['score', '--model', 'app', '--data', 'app.log', '--out', 'nowhere/x.csv'],
      'INPUT_MISSING',
      /nowhere\/x\.csv'/,
    ],
    ['forecast: an unknown model', ['forecast', '--model', 'none', '--data', 'cpu.csv'], 'MODEL_MISSING', /none/],
    ['forecast: a model of another kind', ['forecast', '--model', 'app', '--data', 'cpu.csv'], 'MODEL_MISMATCH', /app/],
    ['forecast: a missing file', ['forecast', '--model', 'cpu', '--data', 'gone.csv'], 'INPUT_MISSING', /gone\.csv/],
    ['forecast: an empty file', ['forecast', '--model', 'cpu', '--data', 'empty.log'], 'FORMAT_INVALID', /empty\.log/],
    ['evaluate: missing labels', ['evaluate', '--model', 'app', '--data', 'app.log', '--labels', 'gone.csv'], 'INPUT_MISSING', /gone\.csv/],
    ['incidents list: a missing file', ['incidents', 'list', 'gone.csv'], 'INPUT_MISSING', /gone\.csv/],
    ['incidents list: no list of alerts', ['incidents', 'list', 'app.log'], 'FORMAT_INVALID', /app\.log/],
    ['incidents show: none', ['incidents', 'show', 'ffffffff'], 'INPUT_MISSING', /ffffffff/],
    ['entities show: none', ['entities', 'show', 'nobody'], 'INPUT_MISSING', /nobody/],
    ['backup: onto what is no backup', ['backup', 'app.log'], 'USAGE', /app\.log/],
    ['backup: into no folder', ['backup', 'nowhere/x.tar'], 'INPUT_MISSING', /x\.tar/],
    ['restore: a missing file', ['restore', 'gone.tar', '--home', 'other'], 'INPUT_MISSING', /gone\.tar/],
    ['restore: no backup', ['restore', 'app.log', '--home', 'other'], 'STORE_CORRUPT', /app\.log/],
    ['a home that is a file', ['alerts', 'list', '--home', 'app.log'], 'STORE_CORRUPT', /app\.log/],
    ['config check: a folder', ['config', 'check', '-c', 'no-files'], 'CONFIG_UNREADABLE', /no-files/],
    ['up: an unknown key', ['up', '-c', 'unknown-key.yaml'], 'CONFIG_INVALID', /listen/],
    ['up: no address', ['up', '--listen', 'nonsense'], 'CONFIG_INVALID', /listen/],
    ['collect: nothing to collect', ['collect'], 'USAGE', /nothing to collect/],
    ['collect: nowhere to send', ['collect', '--file', 'app.log'], 'CONFIG_INVALID', /server\.logs/],
    [
      'collect: a missing token',
      ['collect', '--file', 'app.log', '--logs', 'http://localhost:1', '--token-file', 'gone'],
      'CONFIG_INVALID',
      /gone/,
    ],
    ['collect: no address', ['collect', '--file', 'app.log', '--logs', 'localhost'], 'CONFIG_INVALID', /server\.logs/],
    ['collect: a missing configuration', ['collect', '-c', 'gone.yaml'], 'CONFIG_UNREADABLE', /gone\.yaml/],
    ['collect: an unknown key', ['collect', '-c', 'unknown-key.yaml'], 'CONFIG_INVALID', /listne/],
    ['collect: the status of none', ['collect', '--status', '--home', 'other'], 'INPUT_MISSING', /other/],
    ['no such command', ['analyse', 'app.log'], 'USAGE', /analyse/],
    ['no such option', ['doctor', '--nope'], 'USAGE', /--nope/],
    ['a missing argument', ['analyze'], 'USAGE', /path/],
    ['too many arguments', ['up', 'extra'], 'USAGE', /arguments/],
    ['an option without what it needs', ['train', 'sequence'], 'USAGE', /--data/],
    ['a value that is none', ['analyze', 'app.log', '--promise', '7'], 'USAGE', /--promise/],
    ['analyze: fewer than no findings', ['analyze', 'app.log', '--top', '-1'], 'USAGE', /--top/],
    ['train: no step ahead', ['train', 'forecast', '--data', 'cpu.csv', '--steps', '0'], 'USAGE', /--steps/],
    ['-o before the whole command', ['models'], 'USAGE', /-o/],
    ['score: an unknown model', ['score', '--model', 'none', '--data', 'app.log'], 'MODEL_MISSING', /none/],
    ['score: an unknown version', ['score', '--model', 'app@99', '--data', 'app.log'], 'MODEL_MISSING', /99/],
    ['evaluate: no labels', ['evaluate', '--model', 'app', '--data', 'app.log'], 'USAGE', /labels/],
    ['models show: none', ['models', 'show', 'none'], 'MODEL_MISSING', /none/],
    ['models rollback: nothing before', ['models', 'rollback', 'app'], 'MODEL_MISSING', /app/],
    ['models import: no model', ['models', 'import', 'not-a-model.vmodel'], 'MODEL_CORRUPT', /./],
    ['models import: a missing file', ['models', 'import', 'gone.vmodel'], 'INPUT_MISSING', /gone\.vmodel/],
    ['alerts show: none', ['alerts', 'show', 'ffffffff'], 'ALERT_MISSING', /ffffffff/],
    ['alerts label: no verdict', ['alerts', 'label', 'ffffffff', 'maybe'], 'USAGE', /maybe/],
    ['alerts assign: no name', ['alerts', 'assign', 'ffffffff', ' '], 'USAGE', /name is empty/],
    ['alerts note: nothing', ['alerts', 'note', 'ffffffff', ''], 'USAGE', /note is empty/],
    ['alerts state: none of them', ['alerts', 'state', 'ffffffff', 'gone'], 'USAGE', /gone/],
    ['incidents note: none', ['incidents', 'note', 'ffffffff', 'seen'], 'INPUT_MISSING', /ffffffff/],
    ['a configuration for what reads none', ['analyze', 'app.log', '-c', 'bad.yaml'], 'USAGE', /analyze reads no configuration/],
    ['a setting for what reads none', ['alerts', 'list', '--set', 'listen=x'], 'USAGE', /alerts list reads no configuration/],
    ...(process.platform === 'linux' ? IN_PROC : []),
    ['config check: a missing file', ['config', 'check', '-c', 'gone.yaml'], 'CONFIG_UNREADABLE', /gone\.yaml/],
    ['config check: no YAML', ['config', 'check', '-c', 'bad.yaml'], 'CONFIG_INVALID', /bad\.yaml:\d+:\d+/],
    ['config check: an unknown key', ['config', 'check', '-c', 'unknown-key.yaml'], 'CONFIG_INVALID', /listen/],
    ['up: a missing configuration', ['up', '-c', 'gone.yaml'], 'CONFIG_UNREADABLE', /gone\.yaml/],
  ];
  for (const [name, args, code, message] of cases) {
    it(name, () => {
      const result = folder.run([...args, '-o', 'json']);
      expect(result.stdout).toBe('');
      const { error } = JSON.parse(result.stderr) as { error: { code: string; message: string; hint?: string } };
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(error.hint ?? '').not.toBe('');
      expect(result.status).toBe(['USAGE', 'CONFIG_INVALID'].includes(code) ? 2 : 1);
    });
  }

  it('config check warns of a source that takes records from every machine without a token', () => {
    // Free ports: what else runs here warns of others.
    const source = (settings: string) =>
      `listen: 127.0.0.1:0\ntenants:\n  default:\n    sources:\n      - { name: in, type: http, port: 0, ${settings} }\n`;
    const warned = (settings: string): string[] => {
      writeFileSync(folder.file('http.yaml'), source(settings));
      return (JSON.parse(folder.run(['config', 'check', '-c', 'http.yaml', '-o', 'json']).stdout) as { warnings: string[] }).warnings;
    };
    expect(warned('host: 0.0.0.0')).toEqual([expect.stringMatching(/sources\[0\]\.host: listens on 0\.0\.0\.0 without a token/)]);
    expect([warned('host: 0.0.0.0, token: a long secret'), warned('host: "::1"'), warned('host: 127.0.0.1')]).toEqual([[], [], []]);
  });

  it('options that are wrong end with 2 and say which', () => {
    const result = folder.run(['analyze', 'app.log', '--promise', '7']);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/--promise/);
  });

  it('a binary file is read without a crash and its records are counted', () => {
    const result = folder.run(['analyze', 'binary.dat', '-o', 'json']);
    expect([0, 1]).toContain(result.status);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it('a damaged model is refused by its checksum and stays as it was', () => {
    const model = folder.file('home/tenants/default/models/app/1/model.bin');
    const good = readFileSync(model);
    const bad = Buffer.from(good);
    bad[bad.length >> 1] = (bad[bad.length >> 1] as number) ^ 1;
    writeFileSync(model, bad);
    const result = folder.run(['score', '--model', 'app', '--data', 'app.log', '-o', 'json']);
    expect(JSON.parse(result.stderr).error).toMatchObject({ code: 'MODEL_CORRUPT', message: expect.stringContaining('model.bin') });
    expect(readFileSync(model).equals(bad)).toBe(true);
    writeFileSync(model, good);
    expect(folder.run(['score', '--model', 'app', '--data', 'app.log', '-o', 'json']).status).toBe(0);
  });

  it('what was there stays, whichever command meets the full disk', () => {
    const kept: Record<string, Buffer> = {};
    for (const name of ['scores.csv', 'app.vmodel', 'app.log_structured.csv']) {
      writeFileSync(folder.file(name), 'of an earlier run\n');
      kept[name] = readFileSync(folder.file(name));
    }
    const commands = [
      ['score', '--model', 'app', '--data', 'app.log', '--out', 'scores.csv'],
      ['models', 'export', 'app', '--out', 'app.vmodel'],
      ['parse', 'app.log', '--out', '.'],
      ['train', 'sequence', '--data', 'app.log', '--name', 'app'],
      ['backup', 'home.tar'],
    ];
    for (const command of commands) {
      const limited = folder.run([...command, '-o', 'json'], { shell: 'trap "" XFSZ; ulimit -f 4;' });
      expect([command[0], limited.status, JSON.parse(limited.stderr).error.code]).toEqual([command[0], 1, 'STORE_FULL']);
    }
    for (const [name, bytes] of Object.entries(kept)) expect(readFileSync(folder.file(name)).equals(bytes)).toBe(true);
    expect(readdirSync(folder.path).filter((name) => /part|home\.tar/.test(name))).toEqual([]);
    expect(JSON.parse(folder.run(['models', 'list', '-o', 'json']).stdout)).toMatchObject({ models: [{ name: 'app' }, { name: 'cpu' }] });
    expect(folder.run(['score', '--model', 'app', '--data', 'app.log', '-o', 'json']).status).toBe(0);
  });

  it('a full disk gives one clear error and leaves what was there intact', () => {
    const before = folder.run(['analyze', 'app.log', '--out', 'reports', '-o', 'json']);
    expect(before.status).toBe(0);
    const [report] = (JSON.parse(before.stdout) as { reports: string[] }).reports as [string];
    const bytes = readFileSync(join(folder.path, report));
    const limited = folder.run(['analyze', 'app.log', '--out', 'reports', '-o', 'json'], { shell: 'trap "" XFSZ; ulimit -f 4;' });
    expect(limited.status).toBe(1);
    expect(JSON.parse(limited.stderr).error.code).toBe('STORE_FULL');
    expect(readFileSync(join(folder.path, report)).equals(bytes)).toBe(true);
    const after = folder.run(['alerts', 'list', '-o', 'json']);
    expect(after.status).toBe(0);
    expect((JSON.parse(after.stdout) as { alerts: unknown[] }).alerts.length).toBe(
      (JSON.parse(before.stdout) as { alerts: unknown[] }).alerts.length,
    );
  });
});
