import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom, silentLogger } from '../../core/index.ts';
import { sampleAlert } from '../../testing/report-input.ts';
import { describeSinkContract } from '../../testing/sink-contract.ts';
import file from './index.ts';

const context = { name: 'file', log: silentLogger, now: () => 0, random: seededRandom(1) };

async function lines(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describeSinkContract('file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-file-sink-'));
  const path = join(folder, 'new', 'alerts.ndjson');
  return {
    sink: file.create(file.config.parse({ path, sync: false }), context),
    received: async () => (await lines(path)).map((line) => String(line.id)),
    break: async () => void (await mkdir(path, { recursive: true })),
    repair: () => rm(path, { recursive: true }),
    stop: () => rm(folder, { recursive: true }),
  };
});

describe('file sink', () => {
  it('closes a line that a crash has torn, so that the next alert stays readable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-file-sink-'));
    const path = join(folder, 'alerts.ndjson');
    await appendFile(path, '{"id":"torn');
    await file.create(file.config.parse({ path }), context).deliver([sampleAlert(1)]);
    expect((await readFile(path, 'utf8')).split('\n')[0]).toBe('{"id":"torn');
    expect(JSON.parse((await readFile(path, 'utf8')).split('\n')[1] as string)).toMatchObject({ id: sampleAlert(1).id });
    await rm(folder, { recursive: true });
  });

  it('writes Elastic Common Schema fields', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-file-sink-'));
    const path = join(folder, 'alerts.ndjson');
    await file.create(file.config.parse({ path, format: 'ecs' }), context).deliver([sampleAlert(1)]);
    expect((await lines(path))[0]).toMatchObject({
      '@timestamp': '2008-11-09T20:36:48Z',
      event: { kind: 'alert', id: sampleAlert(1).id, severity: 62 },
      log: { file: { path: 'hdfs_2008-11-09.log' }, offset: 14_000 },
      vedette: { entity: 'blk_1', threshold: 0.001 },
    });
    await rm(folder, { recursive: true });
  });
});
