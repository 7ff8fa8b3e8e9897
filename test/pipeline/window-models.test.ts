import { beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type FeatureText, type RecordBatch, seededRandom, silentLogger, type WindowBatch } from '../../src/core/index.ts';
import { featureRunner, plannedFeature } from '../../src/features/index.ts';
import { createZeekParser } from '../../src/parsers/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { loadComponents } from '../../src/pipeline/catalogue.ts';
import { pipelineSchema } from '../../src/pipeline/index.ts';
import type { Finding, Lane } from '../../src/pipeline/lane/lane.ts';
import type { LoadedModel } from '../../src/registry/index.ts';
import { trainWindowModel } from '../../src/training/index.ts';
import { runLane } from './lane-under-test.ts';

const FAN_OUT: FeatureText = {
  from: 'flow',
  key: ['sourceAddress'],
  window: { size: '1m', lateness: '10s' },
  aggregates: { flows: 'count()', hosts: 'distinct(destinationAddress)' },
};
const HOME = ['10.0.0.0/8'];
const START = 1_600_000_000 - (1_600_000_000 % 60);
const STRANGE = 100;

/** Flows of 20 hosts to a few servers; in one minute a host talks to 60. */
function connLog(minutes: number, seed: number, strange?: number): string[] {
  const random = seededRandom(seed);
  const lines: string[] = [];
  const add = (second: number, from: string, to: string) =>
    lines.push(
      JSON.stringify({
        ...{ ts: START + second, uid: `C${lines.length}`, 'id.orig_h': from, 'id.orig_p': 40_000, 'id.resp_h': to, 'id.resp_p': 443 },
        ...{ proto: 'tcp', duration: 0.1, orig_bytes: 500, resp_bytes: 2000, orig_pkts: 5, resp_pkts: 5 },
      }),
    );
  for (let minute = 0; minute < minutes; minute++) {
    for (let second = 0; second < 60; second++) {
      if (random() < 0.9) add(60 * minute + second, `10.0.0.${1 + Math.floor(random() * 20)}`, `192.0.2.${1 + Math.floor(random() * 8)}`);
      if (minute === strange) add(60 * minute + second, '10.0.0.7', `198.51.100.${1 + second}`);
    }
  }
  return lines;
}

function recordsOf(lines: readonly string[], size: () => number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let offset = 0;
  for (let from = 0; from < lines.length; ) {
    const to = Math.min(lines.length, from + size());
    const bytes = new TextEncoder().encode(`${lines.slice(from, to).join('\n')}\n`);
    const last = to === lines.length;
    batches.push({ input: 'conn.log', generation: 'g', offset, line: from + 1, bytes, arrival: 2e15, last });
    offset += bytes.length;
    from = to;
  }
  return batches;
}

async function trained(version: number): Promise<LoadedModel> {
  const runner = featureRunner('fan-out', FAN_OUT, { homeNetworks: HOME, seed: 1 });
  const parser = createZeekParser('zeek');
  for (const records of recordsOf(connLog(300, 1), () => 5000)) for (const batch of parser.parse(records, () => {})) runner.add(batch);
  runner.finish();
  const feature = { name: 'fan-out', declaration: FAN_OUT, homeNetworks: HOME, kind: 'flow' as const, files: [] };
  const windows = {
    plan: plannedFeature('fan-out', FAN_OUT, HOME),
    batch: runner.take() as WindowBatch,
    more: false,
    sha256: 'a'.repeat(64),
  };
  const { info, files } = await trainWindowModel({
    ...{ detector: 'isolation-forest', feature, windows, options: {}, seed: 1, promise: 0.001 },
  });
  return { manifest: { ...info, name: 'usual', version } as unknown as LoadedModel['manifest'], files, sha256: 'f'.repeat(64) };
}

let model: LoadedModel;
beforeAll(async () => {
  model = await trained(1);
}, 60_000);

async function makeLane(loadModel: () => Promise<LoadedModel>, records = 'sensor'): Promise<Lane> {
  const source = { type: 'directory', name: 'zeek', path: '/nowhere', records, detectors: [{ type: 'isolation-forest', model: 'usual' }] };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, await pipelineSchema());
  const tenant = config.tenants.t as NonNullable<(typeof config.tenants)[string]>;
  const components = await loadComponents();
  const parts = { tenant: 't', config, components, clock: { now: () => 0 }, log: silentLogger, store: { loadModel } };
  const lane = await buildLane(tenant.sources[0] as (typeof tenant.sources)[number], tenant, parts);
  await lane.restore({});
  return lane;
}

describe('a registered model of windows in the running pipeline', () => {
  it('scores windows of the feature it learnt from, the same for any batches and over restarts', async () => {
    const lines = connLog(180, 2, STRANGE);
    const lane = await makeLane(async () => model);
    const findings: Finding[] = [];
    for (const batch of recordsOf(lines, () => 500)) findings.push(...(await lane.process(batch)).findings);
    findings.push(...(await lane.end()).findings);
    const strange = findings.map(({ detection }) => detection).find(({ start }) => start === (START + 60 * STRANGE) * 1e6);
    expect(strange).toMatchObject({ detector: 'isolation-forest', key: '10.0.0.7', entity: '10.0.0.7' });
    expect(strange?.explanation.contributions.map(({ subject }) => subject)).toContain('fan-out hosts');
    expect(strange?.evidence.length).toBeGreaterThan(0);
    for (const { line } of strange?.evidence ?? []) expect(lines[line - 1]).toContain('"10.0.0.7"');
    const status = lane.scorers.find(({ options }) => options.detector === 'isolation-forest')?.status();
    expect(status).toMatchObject({ model: 'usual@1', state: 'ready', flagged: findings.length });
    // 180 minutes of 20 hosts, each silent in a few
    expect(status?.scored).toBeGreaterThan(3000);
    // 1 in 1,000 and the strange one
    expect(findings.length).toBeLessThanOrEqual(10);
    const make = () => makeLane(async () => model);
    const whole = await runLane(
      make,
      recordsOf(lines, () => lines.length),
    );
    expect(whole.keys).toEqual(findings.map(({ detection }) => detection.key));
    const random = seededRandom(3);
    const sizes = () => 50 + Math.floor(random() * 900);
    expect((await runLane(make, recordsOf(lines, sizes), [2, 7])).detections).toEqual(whole.detections);
  }, 60_000);

  it('goes on with the former where a later version is of something else, and is refused where its events do not occur', async () => {
    let current = model;
    const lane = await makeLane(async () => current);
    const { windows: _windows, ...features } = model.manifest.features;
    current = { ...model, manifest: { ...model.manifest, version: 2, features } };
    await lane.scorers[0]?.followModel();
    expect(lane.scorers[0]?.status().model).toBe('usual@1');
    current = await trained(3);
    await lane.scorers[0]?.followModel();
    expect(lane.scorers[0]?.status().model).toBe('usual@3');
    const declaration = { ...FAN_OUT, from: 'dns', aggregates: { questions: 'count()' } };
    const ofNames = { ...model.manifest.features, windows: { name: 'names', declaration, homeNetworks: HOME } };
    current = { ...model, manifest: { ...model.manifest, features: ofNames } };
    await expect(makeLane(async () => current, 'packets')).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
  }, 60_000);
});
