import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Objects } from '../../../src/store/objects/index.ts';
import { freePort } from '../../../src/testing/net.ts';
import { CliFolder } from '../../e2e/run-cli.ts';
import { generatedLog } from '../../pipeline/generated-log.ts';

function program(): string | undefined {
  try {
    return execFileSync(join(import.meta.dirname, 's3.sh'), ['path'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

const server = program();
const root = mkdtempSync(join(tmpdir(), 'vedette-s3-'));
const data = join(root, 'data');
const SECRET = 'a-secret-that-must-not-be-shown';
let child: ChildProcess | undefined;
let env: Record<string, string> = {};
const cli = new CliFolder();

async function answers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url).catch(() => undefined);
    if (response !== undefined) return;
    if (attempt > 200) throw new Error('the S3 server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const name = server === undefined ? 'buckets [skipped: no S3 server is installed]' : 'buckets';

describe.skipIf(server === undefined)(name, () => {
  beforeAll(async () => {
    mkdirSync(join(data, 'logs', 'web'), { recursive: true });
    mkdirSync(join(data, 'results'), { recursive: true });
    const { lines } = generatedLog(1200, 3);
    writeFileSync(join(data, 'logs', 'web', 'app_20260105000000.log.gz'), gzipSync(`${lines.slice(0, 2500).join('\n')}\n`));
    writeFileSync(join(data, 'logs', 'web', 'app_20260106000000.log.gz'), gzipSync(`${lines.slice(2500).join('\n')}\n`));
    writeFileSync(join(data, 'logs', 'notes.txt'), 'not asked for\n');
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const keys = { ROOT_ACCESS_KEY: 'test-access', ROOT_SECRET_KEY: SECRET };
    child = spawn(server as string, ['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', 'posix', data], {
      env: { ...process.env, ...keys },
      stdio: 'ignore',
    });
    env = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test-access', AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'us-east-1' };
    await answers(endpoint);
  }, 60_000);

  afterAll(() => {
    child?.kill();
    cli.remove();
    rmSync(root, { recursive: true, force: true });
  });

  const vedette = (...words: string[]) => cli.run(words, { env });

  it('are read and written by analyze like folders, and its findings are replayed from there', () => {
    const run = vedette('analyze', 's3://logs/web/', '--out', 's3://results/today', '-o', 'json');
    expect(run.stderr).toBe('');
    const { inputs, alerts, reports } = JSON.parse(run.stdout);
    expect(inputs.map(({ name }: { name: string }) => name)).toEqual(['app_20260105000000.log.gz', 'app_20260106000000.log.gz']);
    expect(reports).toContain('s3://results/today/app_20260106000000.report.json');
    expect(run.stdout).not.toContain(tmpdir());
    const stored = JSON.parse(readFileSync(join(data, 'results', 'today', 'app_20260106000000.report.json'), 'utf8'));
    expect(stored.format).toBe(inputs[1].format);
    const again = vedette('alerts', 'replay', alerts[0].id, '-o', 'json');
    expect([again.stderr, JSON.parse(again.stdout).identical]).toEqual(['', true]);
  });

  it('hold models, and take patterns', () => {
    const trained = vedette('train', 'sequence', '--data', 's3://logs/web/*0105*.gz', '--name', 'app', '-o', 'json');
    expect(trained.stderr).toBe('');
    const exported = vedette('models', 'export', 'app', '--out', 's3://results/models/app.vmodel');
    expect([exported.status, exported.stderr]).toEqual([0, '']);
    const imported = vedette('models', 'import', 's3://results/models/app.vmodel', '--name', 'copy', '-o', 'json');
    expect([imported.status, imported.stderr]).toEqual([0, '']);
  });

  it('give one clear error, without the secret', () => {
    const missing = vedette('analyze', 's3://logs/nothing/');
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('no object is at s3://logs/nothing/')]);
    const refused = cli.run(['analyze', 's3://logs/web/'], { env: { ...env, AWS_SECRET_ACCESS_KEY: 'another' } });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/cannot list s3:\/\/logs\/web\/: SignatureDoesNotMatch\n {2}Check AWS_ACCESS_KEY_ID/);
    expect(refused.stderr + missing.stderr).not.toContain(SECRET);
  });

  it('keep what comes out as it went in, in many parts too', async () => {
    Object.assign(process.env, env);
    const objects = new S3Objects();
    const path = join(root, 'large');
    writeFileSync(path, Buffer.alloc(12 << 20, 'vedette'));
    await objects.upload(path, { bucket: 'results', key: 'large' });
    await objects.download({ bucket: 'results', key: 'large' }, join(root, 'back'));
    expect(readFileSync(join(root, 'back')).equals(readFileSync(path))).toBe(true);
    await objects.close();
  });
});
