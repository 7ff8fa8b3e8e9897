import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { CliFolder, requestLog } from './run-cli.ts';

const clock = (i: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, i)).toISOString().slice(11, 19);
const access = (i: number) =>
  `10.0.0.${i % 9} - - [01/Mar/2026:${clock(i)} +0000] "GET /p/${i % 7} HTTP/1.1" 200 ${500 + i} "-" "Mozilla/5.0"`;
const error = (i: number) => `2026/03/01 ${clock(i)} [error] 7#7: *${i} open() "/srv/${i}" failed (2: No such file or directory)`;
const noise = (bytes: number) => Buffer.concat(Array.from({ length: bytes / 32 }, (_, i) => createHash('sha256').update(`${i}`).digest()));
const words = (i: number) => `2026-03-01 ${clock(i)} WARN Müller: Größe ${i} überschritten`;

describe('files that are not tidy', () => {
  const folder = new CliFolder();
  afterAll(() => folder.remove());
  const analysis = (name: string, ...more: string[]) => {
    const result = folder.run(['analyze', name, '-o', 'json', '--out', 'reports', ...more]);
    expect(result.stderr).toBe('');
    const [path] = JSON.parse(result.stdout).reports;
    return { ...JSON.parse(result.stdout), warnings: JSON.parse(readFileSync(folder.file(path), 'utf8')).warnings };
  };

  it('are read whole where their lines are of several formats, and the report says so', () => {
    const lines = Array.from({ length: 400 }, (_, i) => (i % 5 === 2 ? error(i) : i % 90 === 4 ? `worker ${i} exited` : access(i)));
    writeFileSync(folder.file('mixed.log'), `${lines.join('\n')}\n`);
    const report = analysis('mixed.log');
    expect(report.inputs).toMatchObject([{ lines: 400, dead: 0 }]);
    const mixed = report.warnings.find(({ code }: { code: string }) => code === 'mixed');
    expect(mixed.text).toMatch(/access-combined 315, nginx-error 80, plain 5/);
  });

  it('are read in the encoding that their bytes show, and the report says which', () => {
    const text = `${Array.from({ length: 200 }, (_, i) => words(i)).join('\n')}\n`;
    writeFileSync(folder.file('latin.log'), Buffer.from(text, 'latin1'));
    writeFileSync(folder.file('wide.log'), Buffer.from(text, 'utf16le'));
    for (const [name, encoding] of [
      ['latin.log', 'windows-1252'],
      ['wide.log', 'utf-16le'],
    ] as const) {
      const report = analysis(name);
      expect(report.warnings.find(({ code }: { code: string }) => code === 'encoding').text).toContain(encoding);
      folder.run(['parse', name, '--out', 'out']);
      expect(readFileSync(folder.file(`out/${name}_structured.csv`), 'utf8')).toContain('Müller: Größe 7 überschritten');
    }
  });

  it('are refused with one error where they are no text, and left out where there is more', () => {
    writeFileSync(folder.file('random.bin'), noise(64_000));
    writeFileSync(folder.file('unnamed'), gzipSync(requestLog(40)));
    for (const command of ['analyze', 'parse']) {
      const refused = folder.run([command, 'random.bin', '--out', 'out']);
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^vedette: random\.bin is no text\n/)]);
    }
    mkdirSync(folder.file('all'));
    writeFileSync(folder.file('all/random.bin'), noise(64_000));
    writeFileSync(folder.file('all/app.log'), requestLog(40));
    const rest = folder.run(['analyze', 'all', '--out', 'out', '-o', 'json']);
    expect([rest.status, rest.stderr, JSON.parse(rest.stdout).inputs.length]).toEqual([
      0,
      'note: random.bin is no text and was left out\n',
      1,
    ]);
    expect(folder.run(['parse', 'unnamed', '--out', 'out']).stdout).toMatch(/120 events/);
  });

  it('come through pipes to parse and train', () => {
    const parsed = folder.run(['parse', '-', '--out', 'piped', '--mask', 'req-[0-9]+'], { input: requestLog(50) });
    expect(parsed.stdout).toMatch(/stdin \(syslog\): 150 events/);
    const trained = folder.run(['train', 'sequence', '--data', '-', '--session', 'req-', '--name', 'piped', '-o', 'json'], {
      input: requestLog(400),
    });
    expect([trained.stderr, JSON.parse(trained.stdout).model]).toEqual(['', 'piped@1']);
  });

  it('are read by the same options in analyze, parse and train', () => {
    writeFileSync(folder.file('app.log'), requestLog(300, [150]));
    const options = [
      '--mask',
      'req-[0-9]+',
      '--similarity',
      '0.7',
      '--depth',
      '5',
      '--timezone',
      'Europe/Berlin',
      '--log-format',
      'syslog',
    ];
    const limits = ['--read-rate', '50MiB', '--cpu-share', '1'];
    expect(folder.run(['analyze', 'app.log', '--out', 'o', '--option', 'sequence.order=4', ...options, ...limits]).status).toBe(0);
    expect(folder.run(['parse', 'app.log', '--out', 'o', ...options, ...limits]).status).toBe(0);
    const train = ['train', 'sequence', '--data', 'app.log', '--session', 'none', '--option', 'sequence.order=4', ...options, ...limits];
    expect(folder.run(train)).toMatchObject({ stderr: '', status: 0 });
    const wrong = folder.run(['analyze', 'app.log', '--option', 'order=15']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringMatching(/order names none of the detectors sequence, novelty, rate/)]);
  });

  it('change what is found where an option of a detector says so, also when the alert is replayed', () => {
    const found = folder.run([
      'analyze',
      'app.log',
      '--out',
      'o',
      '--session',
      'req-',
      '--mask',
      'basket',
      '--option',
      'sequence.order=3',
      '-o',
      'json',
    ]);
    const [alert] = JSON.parse(found.stdout).alerts;
    expect(folder.run(['alerts', 'replay', alert.id])).toMatchObject({ status: 0 });
  });
});

describe('config show', () => {
  const folder = new CliFolder();
  afterAll(() => folder.remove());

  it('prints what can be read again, and says where secrets are to be written', () => {
    writeFileSync(folder.file('a.yaml'), folder.run(['config', 'example']).stdout);
    const shown = folder.run(['config', 'show', '-c', 'a.yaml']).stdout;
    writeFileSync(folder.file('b.yaml'), shown);
    expect(folder.run(['config', 'check', '-c', 'b.yaml'])).toMatchObject({ stderr: '', status: 0 });
    expect(folder.run(['config', 'show', '-c', 'b.yaml']).stdout).toBe(shown);
    const source = '{ name: in, type: http, port: 9000, token: very-secret-token }';
    writeFileSync(folder.file('c.yaml'), `tenants: { default: { sources: [${source}] } }\n`);
    const hidden = folder.run(['config', 'show', '-c', 'c.yaml']).stdout;
    expect(hidden).toMatch(/^# Secrets are not printed\. .*\n# tenants\.default\.sources\[0\]\.token\n/);
    expect(hidden).not.toContain('very-secret');
    writeFileSync(folder.file('d.yaml'), hidden);
    expect(folder.run(['config', 'check', '-c', 'd.yaml']).stderr).toMatch(/tenants\.default\.sources\[0\]\.token: is \(hidden\)/);
    writeFileSync(folder.file('e.yaml'), hidden.replaceAll('(hidden)', 'very-secret-token'));
    expect(folder.run(['config', 'check', '-c', 'e.yaml']).status).toBe(0);
  });
});
