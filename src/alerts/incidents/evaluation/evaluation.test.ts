import { beforeAll, describe, expect, it } from 'vitest';
import { DATASETS, missing, needs } from '../../../testing/datasets.ts';
import { AIT_SCENARIOS, inChain } from './ait.ts';
import { figuresOf, incidentCandidates, type ScenarioFigures } from './evaluate.ts';
import { readScenario } from './tables.ts';

const FILES = AIT_SCENARIOS.map((name) => `ids/ait-ads/${name}_alerts.csv.gz`);

describe('incidents of AIT-ADS', () => {
  const absent = missing(...FILES);
  let figures: ScenarioFigures[] = [];
  beforeAll(async () => {
    if (absent) return;
    figures = [];
    for (const name of AIT_SCENARIOS) {
      const alerts = await readScenario(DATASETS, name);
      figures.push(figuresOf(alerts, incidentCandidates(alerts)));
    }
  }, 60_000);

  it.skipIf(absent)(needs('rank the attack first in every scenario', ...FILES), () => {
    expect(figures.map(({ chainRank }) => chainRank)).toEqual([1, 1, 1, 1]);
  });

  it.skipIf(absent)(needs('cover at least 95 % of its phases', ...FILES), () => {
    const wanted = figures.reduce((sum, { chainPhases }) => sum + chainPhases, 0);
    const covered = figures.reduce((sum, one) => sum + one.covered.filter(inChain).length, 0);
    expect(wanted).toBeGreaterThanOrEqual(26);
    expect(covered / wanted).toBeGreaterThanOrEqual(0.95);
  });

  it.skipIf(absent)(needs('are false at most 2, 0.5 and 0.1 times a day at the three bands', ...FILES), () => {
    const days = figures.reduce((sum, one) => sum + one.days, 0);
    const perDay = [0, 1, 2].map((band) => figures.reduce((sum, one) => sum + (one.falseAt[band] ?? 0), 0) / days);
    expect(days).toBeGreaterThan(15);
    expect(perDay[0]).toBeLessThanOrEqual(2);
    expect(perDay[1]).toBeLessThanOrEqual(0.5);
    expect(perDay[2]).toBeLessThanOrEqual(0.1);
  });

  it.skipIf(absent)(needs('are 99.9 % fewer than the alerts', ...FILES), () => {
    for (const { reduction } of figures) expect(reduction).toBeGreaterThanOrEqual(0.999);
  });
});
