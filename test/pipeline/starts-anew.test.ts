import { expect, it } from 'vitest';
import { type Detector, type SeriesBatch, silentLogger } from '../../src/core/index.ts';
import { loadComponents } from '../../src/pipeline/index.ts';
import { StreamScorer } from '../../src/pipeline/lane/stream-scorer.ts';

const components = await loadComponents();
const OPTIONS = { tenant: 't', source: 's', rate: 1e-5, sessions: 100, maxSessions: 1000, every: 3_600_000_000 };

function detector(name: string): Detector {
  const definition = components.detectors.get(name);
  if (definition === undefined) throw new Error(`the detector ${name} is missing`);
  return definition.create(definition.config.parse({}), { name, log: silentLogger, now: () => 0, random: () => 0.5 }) as Detector;
}

const readings: SeriesBatch = {
  ...{ shape: 'series', rows: 40, series: ['pump pressure'], entities: ['pump'], code: new Int32Array(40) },
  value: Float64Array.from({ length: 40 }, (_, i) => 5 + (i % 3)),
  start: Float64Array.from({ length: 40 }, (_, i) => i * 1e6),
  end: Float64Array.from({ length: 40 }, (_, i) => (i + 1) * 1e6),
};

it('a detector whose kept state is of another version learns anew where that is allowed, and says so', async () => {
  const before = new StreamScorer(detector('device-faults'), { ...OPTIONS, detector: 'forecast' });
  await before.take(readings);
  const kept = await before.snapshot();

  const strict = new StreamScorer(detector('forecast'), { ...OPTIONS, detector: 'forecast' });
  await expect(strict.restore(kept)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });

  const told: string[] = [];
  const running = new StreamScorer(detector('forecast'), { ...OPTIONS, detector: 'forecast', startsAnew: (reason) => told.push(reason) });
  await running.restore(kept);
  expect(told).toHaveLength(1);
  expect(running.status().have).toBe(0);
  await running.take(readings);
  expect(running.status().have).toBe(40);
  await before.close();
  await strict.close();
  await running.close();
});
