import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { seededRandom, stableId } from '../../src/core/index.ts';
import { pipelineSchema } from '../../src/pipeline/index.ts';
import { openHome } from '../../src/store/index.ts';
import { comparable, outcomeOf } from './outcome.ts';
import { Child } from './process.ts';

const KILLS = 2;
const SECONDS = 1_600;
const START = 1_700_000_000;
const root = mkdtempSync(join(tmpdir(), 'vedette-kill-series-'));
const random = seededRandom(99);

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Two channels of an oven, with spikes and a shift. */
function table(): readonly string[] {
  return Array.from({ length: SECONDS }, (_, second) => {
    const spike = second % 400 === 399 ? 60 : 0;
    const shift = second > 1_200 ? 12 : 0;
    return `${START + second},${(200 + 4 * Math.sin(second / 60) + random() + spike).toFixed(3)},${(50 + random() + shift).toFixed(3)}`;
  });
}

async function writeConfig(path: string): Promise<string> {
  const source = {
    ...{ type: 'file', name: 'plant', path, records: 'readings', parser: { format: 'series' }, pollMs: 20, batchBytes: 2048 },
    detectors: [{ type: 'forecast', promisedRate: 0.001, networks: { every: 200, readings: 300 } }],
  };
  const retention = { maxAge: '9999d', alertAge: '9999d' };
  const config = { epochs: { every: '50ms' }, tenants: { t: { retention, sources: [source] } } };
  const file = join(root, 'config.json');
  writeFileSync(file, JSON.stringify(checkConfig(config, await pipelineSchema())));
  return file;
}

/** What the series were scored as, and the state that forecasts are made from. */
async function seriesOf(path: string) {
  const home = await openHome(path);
  try {
    const store = await home.tenant('t');
    const id = stableId('series', 'plant', 'oven', 'temperature');
    const points = await store.series.points(id, { from: START * 1e6, to: (START + SECONDS) * 1e6, buckets: SECONDS });
    const blobs = await store.checkpoints.latest();
    return { points, model: Buffer.from(blobs['source/plant/forecast/model'] ?? []).toString('base64') };
  } finally {
    await home.close();
  }
}

describe('SIGKILL while readings stream in', () => {
  it('resumes with the scores, alerts and forecasts of an uninterrupted run', { timeout: 180_000 }, async () => {
    const file = join(root, 'oven.csv');
    writeFileSync(file, 'timestamp,temperature,flow\n');
    const config = await writeConfig(file);
    const lines = table();
    const home = join(root, 'killed');
    let restarts = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const part = lines.slice((kill * SECONDS) / KILLS, ((kill + 1) * SECONDS) / KILLS);
      const child = new Child(home, config);
      await child.untilStarted();
      const end = Date.now() + 150 + 400 * random();
      let at = 0;
      for (; Date.now() < end; at += 12) {
        if (at < part.length) appendFileSync(file, `${part.slice(at, at + 12).join('\n')}\n`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      restarts++;
      await child.kill();
      if (at < part.length) appendFileSync(file, `${part.slice(at).join('\n')}\n`);
    }
    const records = SECONDS + 1;
    for (const path of [home, join(root, 'reference')]) {
      const last = new Child(path, config, records);
      await last.untilStarted();
      await last.finish();
    }
    const [killed, reference] = [await seriesOf(home), await seriesOf(join(root, 'reference'))];
    expect(restarts).toBe(KILLS);
    expect(reference.points.reduce((sum, { points }) => sum + points, 0)).toBe(SECONDS);
    expect(killed.points).toEqual(reference.points);
    expect(reference.model.length).toBeGreaterThan(100);
    expect(killed.model).toBe(reference.model);
    const alerts = comparable((await outcomeOf(join(root, 'reference'))).alerts);
    expect(alerts.length).toBeGreaterThan(0);
    expect(comparable((await outcomeOf(home)).alerts)).toEqual(alerts);
  });
});
