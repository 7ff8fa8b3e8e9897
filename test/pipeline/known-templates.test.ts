import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type AnalysisOptions, analyzeInputs } from '../../src/analysis/index.ts';
import { checkConfig } from '../../src/config/index.ts';
import { seededRandom, silentLogger } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { loadComponents, pipelineSchema } from '../../src/pipeline/index.ts';
import type { LoadedModel } from '../../src/registry/index.ts';
import { openSequenceModel, readSequenceData, scoreData, trainSequenceModel } from '../../src/training/index.ts';
import { batchesOf } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-known-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const USERS = ['alice', 'bob', 'carol', 'dave'];

/** Sign-ins of one process each, the first by `first`: the line that gives each kind of line its id differs from log to log. */
function signIns(count: number, seed: number, first: string, day: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const user = i === 0 ? first : (USERS[Math.floor(random() * USERS.length)] as string);
    const at = new Date(Date.UTC(2026, 2, day) + i * 40_000).toISOString().slice(0, 19);
    const line = (text: string) => `${at}Z srv1 sshd[${1000 + i}]: ${text}`;
    const from = `10.0.${i % 7}.${1 + Math.floor(random() * 200)} port ${20_000 + Math.floor(random() * 9000)} ssh2`;
    return [
      line(`Accepted publickey for ${user} from ${from}`),
      line(`session opened for user ${user} by uid=0`),
      line(`session closed for user ${user}`),
    ];
  }).flat();
}

const written = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};
const ODD = '2026-03-02T13:20:10Z srv1 sshd[9999]: fatal: no supported key exchange, giving up';
const normal = written('normal.log', signIns(1200, 1, 'alice', 1));
const later = written('later.log', [...signIns(1200, 2, 'dave', 2), ODD]);

async function flagged(options: Partial<AnalysisOptions>): Promise<string[]> {
  const analyses = analyzeInputs([later], {
    ...{ tenant: 't', seed: 1, promise: 0.001, program: '', timezone: 'UTC', session: 'auto', detectors: ['sequence'], baseline: [] },
    ...{ top: 50, signatures: { own: false }, labels: async () => [], progress() {} },
    ...options,
  });
  const lines: string[] = [];
  for await (const { alerts } of analyses)
    for (const { alert } of alerts) lines.push(`${alert.detection.detector} ${alert.detection.evidence[0]?.line}`);
  return lines;
}

async function model(): Promise<LoadedModel> {
  const data = await readSequenceData({ data: [normal] }, () => {});
  const { info, files } = await trainSequenceModel({ detector: 'sequence', data, options: {}, seed: 1, promise: 0.001 });
  return { manifest: { ...info, name: 'm', version: 1 } as unknown as LoadedModel['manifest'], files, sha256: 'f'.repeat(64) };
}

describe('a kind of line whose first one reads differently in what was learnt from', () => {
  const only = ['sequence 3601'];

  it('is the same kind to a baseline', async () => {
    const found = await flagged({ baseline: [normal] });
    expect(found.filter((line) => !line.startsWith('rate'))).toEqual(only);
  });

  it('is the same kind to a registered model, in analyses, scores and evaluations', async () => {
    const opened = await openSequenceModel(await model());
    const { data } = opened.manifest;
    const fitted = { ...opened, detectorName: 'sequence', rows: data.rows, from: data.from, to: data.to };
    expect((await flagged({ model: fitted })).filter((line) => line.startsWith('sequence'))).toEqual(only);
    const rows = await readSequenceData({ data: [later] }, () => {}, opened);
    const scored = await scoreData({ ...opened, data: rows });
    expect(scored.anomalous.reduce((sum, one) => sum + one, 0)).toBe(1);
  });

  it('is the same kind to a running detector that follows a registered model', async () => {
    const loaded = await model();
    const detectors = [{ type: 'sequence', model: 'm', promisedRate: 0.001 }];
    const source = {
      type: 'file',
      name: 'app',
      path: '/nowhere',
      features: { session: { by: 'pid', idle: '10s', lateness: '1s' } },
      detectors,
    };
    const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, await pipelineSchema());
    const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
    const parts = { ...{ tenant: 't', config, components: await loadComponents() }, ...{ clock: { now: () => 0 }, log: silentLogger } };
    const store = { loadModel: async () => loaded };
    const lane = await buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, { ...parts, store });
    await lane.restore({});
    const lines = [...signIns(1200, 2, 'dave', 2), ODD];
    const found: string[] = [];
    for (const batch of batchesOf(lines, [500], Date.UTC(2026, 2, 3) * 1000))
      for (const { detection } of (await lane.process(batch)).findings) found.push(`${detection.detector} ${detection.evidence[0]?.line}`);
    for (const { detection } of (await lane.end()).findings) found.push(`${detection.detector} ${detection.evidence[0]?.line}`);
    expect(found).toEqual(only);
  });
});
