import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliFolder, requestLog } from './run-cli.ts';

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
    const trained = folder.run(['train', 'sequence', '--data', 'app.log', '--name', 'app', '-o', 'json']);
    expect(trained.stderr).toBe('');
  });
  afterAll(() => folder.remove());

  const cases: readonly [string, readonly string[], string, RegExp][] = [
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
    ['analyze: a file cut off in its head', ['analyze', 'cut.log.gz'], 'INPUT_UNREADABLE', /cut\.log\.gz/],
    ['train: a missing file', ['train', 'sequence', '--data', 'nowhere'], 'INPUT_MISSING', /nowhere/],
    ['train: an unknown detector', ['train', 'oracle', '--data', 'app.log'], 'USAGE', /oracle/],
    ['train: a wrong option', ['train', 'sequence', '--data', 'app.log', '--option', 'folds=many'], 'CONFIG_INVALID', /folds/],
    ['score: an unknown model', ['score', '--model', 'none', '--data', 'app.log'], 'MODEL_MISSING', /none/],
    ['score: an unknown version', ['score', '--model', 'app@99', '--data', 'app.log'], 'MODEL_MISSING', /99/],
    ['evaluate: no labels', ['evaluate', '--model', 'app', '--data', 'app.log'], 'USAGE', /labels/],
    ['models show: none', ['models', 'show', 'none'], 'MODEL_MISSING', /none/],
    ['models rollback: nothing before', ['models', 'rollback', 'app'], 'MODEL_MISSING', /app/],
    ['models import: no model', ['models', 'import', 'not-a-model.vmodel'], 'MODEL_CORRUPT', /./],
    ['models import: a missing file', ['models', 'import', 'gone.vmodel'], 'INPUT_MISSING', /gone\.vmodel/],
    ['alerts show: none', ['alerts', 'show', 'ffffffff'], 'ALERT_MISSING', /ffffffff/],
    ['alerts label: no verdict', ['alerts', 'label', 'ffffffff', 'maybe'], 'USAGE', /maybe/],
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
      expect([1, 2]).toContain(result.status);
    });
  }

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
