import { describe, expect, it } from 'vitest';
import type { Alert, Detection } from '../core/index.ts';
import { type Correlated, Correlation, correlate } from './correlation.ts';
import { AlertFolder } from './fold.ts';
import { bandOf, observationOf } from './incidents/index.ts';

const MINUTE = 60_000_000;

function alert(id: string, detector: string, minute: number, more: Partial<Detection> = {}): Alert {
  const detection: Detection = {
    ...{ id, detector, source: 's', key: id, entity: 'web', start: minute * MINUTE, end: minute * MINUTE, score: 1, pValue: 0.001 },
    ...{ threshold: 0.001, extrapolated: false, severity: 60, title: id, techniques: [], evidence: [] },
    explanation: { what: id, why: '', harmless: [], next: [], contributions: [], evidence: [] },
    lineage: { inputs: [], configHash: '', feature: '', model: '', modelSha256: '', epoch: 0, program: '', seed: 1 },
    ...more,
  };
  return { id, tenant: 't', state: 'open', group: id, detection, count: 1, lastSeen: detection.end, notified: true };
}

function earlier({ detection }: Alert, minutes: number): Pick<Alert, 'detection'> {
  const start = detection.start - minutes * MINUTE;
  return { detection: { ...detection, start, end: start } };
}

const ATTACK = [
  alert('scan', 'packet-windows', 1, { techniques: ['T1046'] }),
  alert('exploit', 'suricata', 2, { entity: '10.0.0.9', related: ['web'], severity: 75, techniques: ['T1190'] }),
  alert('upload', 'rate', 9, { techniques: ['T1048.003'] }),
];

describe('alerts of one analysis', () => {
  it('become one incident of signatures and anomalies with its kill chain, rated no lower than its worst alert', () => {
    const { incidents, entities } = correlate('t', [...ATTACK].reverse());
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({
      ...{
        hosts: ['web', '10.0.0.9'],
        detectors: ['packet-windows', 'rate', 'suricata'],
        growing: false,
        learning: false,
        band: 'critical',
      },
      ...{ tactics: ['initial-access', 'discovery', 'exfiltration'], techniques: ['T1046', 'T1048.003', 'T1190'] },
    });
    expect(incidents[0]?.sentence).toMatch(
      /^exploit\. Nothing like it was seen on 10\.0\.0\.9 before; 2 other unusual types of alert came with it/,
    );
    expect(entities.map(({ name }) => name).sort()).toEqual(['10.0.0.9', 'web']);
  });

  it('are named after the worst of them, however surprising the others are, and rated like it', () => {
    const noise = Array.from({ length: 8 }, (_, i) => alert(`noise ${i}`, 'sequence', i, { severity: 30 }));
    const taken = alert('root signed in after guessing', 'sigma', 9, { severity: 55, pValue: Number.NaN });
    // A day of quiet beside it makes it the least surprising.
    const before = Array.from({ length: 30 }, (_, day) => ({ ...taken, id: `before ${day}`, ...earlier(taken, 1440 * (day + 1)) }));
    const [incident] = correlate('t', [...before, ...noise, taken]).incidents.filter(({ start }) => start >= 0);
    expect(incident?.sentence).toMatch(/^root signed in after guessing\. /);
    expect(incident?.types[0]?.title).toBe('root signed in after guessing');
    expect(Math.max(...(incident?.types ?? []).slice(1).map(({ share }) => share))).toBeGreaterThan(incident?.types[0]?.share ?? 1);
    expect(incident?.band).toBe('high');
  });

  it('leave no incident without a time', () => {
    expect(correlate('t', [alert('undated', 'rate', Number.NaN)]).incidents).toEqual([]);
  });
});

describe('a wave of many hosts', () => {
  const wave = (count: number) =>
    Array.from({ length: count }, (_, i) => {
      const entity = `45.0.${i >> 8}.${i & 255}`;
      return { ...alert(`sqli ${i}`, 'sigma', i / 100, { entity, severity: 45, techniques: ['T1190'] }), group: 'sqli' };
    });

  it('says how many they are, and ranks by them', () => {
    const [few] = correlate('t', wave(9)).incidents;
    expect(few).toMatchObject({ hostCount: 9, band: 'low' });
    expect(few?.sentence).toContain('; 9 hosts are part of it');
    const [many] = correlate('t', wave(13_334)).incidents;
    expect(many?.hosts).toHaveLength(200);
    expect(Math.abs((many?.hostCount ?? 0) / 13_334 - 1)).toBeLessThan(0.06);
    expect(many?.sentence).toContain(`; about ${many?.hostCount.toLocaleString('en')} hosts are part of it`);
    expect((many?.score ?? 0) / (few?.score ?? 1)).toBeGreaterThan(6);
    expect(many?.band).toBe('notify');
  });

  it('is counted the same over a snapshot', () => {
    const alerts = wave(900).map((one) => observationOf(one));
    const whole = new Correlation('t');
    for (const one of alerts) whole.add(one);
    const first = new Correlation('t');
    for (const one of alerts.slice(0, 500)) first.add(one);
    const second = new Correlation('t');
    second.restore(first.snapshot());
    for (const one of alerts.slice(500)) second.add(one);
    for (const one of [whole, second]) one.end();
    expect(second.take().incidents).toEqual(whole.take().incidents);
  });
});

describe('scores and bands', () => {
  it('are on one scale: nothing of a lower band comes before a higher one', () => {
    const kinds = (minute: number, host: string, severity: number, count: number) =>
      Array.from({ length: count }, (_, i) => alert(`${host} ${i}`, `detector ${i}`, minute, { entity: host, severity }));
    const alerts = [
      ...kinds(1, 'critical', 80, 1),
      ...kinds(100, 'high', 60, 1),
      ...kinds(200, 'medium', 40, 5),
      ...kinds(300, 'chain', 60, 4),
    ];
    const { incidents } = correlate('t', alerts);
    const ranked = [...incidents].sort((a, b) => b.score - a.score).map(({ hosts, band }) => [hosts[0], band]);
    expect(ranked).toEqual([
      ['critical', 'critical'],
      ['chain', 'high'],
      ['high', 'high'],
      ['medium', 'notify'],
    ]);
    for (const { score, band } of incidents) expect(bandOf(score)).toBe(band);
  });
});

describe('an alert that goes on', () => {
  /** As the pipeline gives its findings: the alert after each, with the finding. */
  function followed(findings: readonly Detection[]): Correlated {
    const folder = new AlertFolder('t');
    const correlation = new Correlation('t');
    for (const finding of findings) {
      const { alert: folded, change } = folder.fold(finding);
      correlation.add(observationOf(folded, finding, change));
    }
    return correlation.take();
  }
  const flood = (id: string, minute: number, title: string, severity: number): Detection => {
    const { detection } = alert(id, 'packet-windows', minute, { title, severity });
    const contributions = [{ subject: 'SYN flood', observed: title, expected: '', share: 1, seenBefore: 0 }];
    return { ...detection, explanation: { ...detection.explanation, contributions } };
  };

  it('has its incident and its entity say what it says last, and rate it so', () => {
    const { incidents, entities } = followed([
      flood('a', 1, 'SYN flood on web: 500 unanswered', 40),
      flood('a', 3, 'SYN flood on web: 1,800 unanswered', 80),
    ]);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ alerts: 1, band: 'critical', lastEvidence: 3 * MINUTE });
    expect(incidents[0]?.sentence).toMatch(/^SYN flood on web: 1,800 unanswered\./);
    expect(incidents[0]?.timeline.map(({ title }) => title)).toEqual(['SYN flood on web: 1,800 unanswered']);
    expect(entities[0]).toMatchObject({ alerts: 1, lastSeen: 3 * MINUTE });
    expect(entities[0]?.evidence[0]).toMatchObject({ title: 'SYN flood on web: 1,800 unanswered', severity: 80, count: 1 });
  });

  it('is one alert, however many units of it come, and shows the worst of them', () => {
    const units = Array.from({ length: 30 }, (_, i) => flood(`unit ${i}`, i + 1, `SYN flood on web: ${i}`, i === 20 ? 80 : 40));
    const { incidents, entities } = followed(units);
    expect(incidents.map(({ alerts, sentence }) => [alerts, sentence.split('.')[0]])).toEqual([[1, 'SYN flood on web: 20']]);
    expect(entities[0]).toMatchObject({ alerts: 1 });
    expect(entities[0]?.evidence[0]).toMatchObject({ count: 30, title: 'SYN flood on web: 20' });
  });
});

/** The same alerts with `expect` and its revocation in between or not. */
function runWith(between: (correlation: Correlation) => void): { taken: Correlated; snapshot: unknown } {
  const correlation = new Correlation('t');
  for (const one of ATTACK.slice(0, 2)) correlation.add(observationOf(one));
  between(correlation);
  for (const one of ATTACK.slice(2)) correlation.add(observationOf(one));
  correlation.expect([]);
  return { snapshot: correlation.snapshot(), taken: correlation.take() };
}

describe('what is expected', () => {
  const rules = [{ id: '1', type: 'upload', host: 'web', reason: 'backup' }];

  it('leaves no trace once it is taken back', () => {
    expect(runWith((correlation) => correlation.expect(rules))).toEqual(runWith(() => undefined));
  });

  it('counts for nothing while it is in force, and stays to be seen', () => {
    const [incident] = correlate('t', ATTACK, rules).incidents;
    const [before] = correlate('t', ATTACK).incidents;
    expect(incident?.score).toBeLessThan(before?.score ?? 0);
    expect(incident?.detectors).toEqual(['packet-windows', 'suricata']);
    expect(incident?.evidence.find(({ type }) => type === 'upload')?.expected).toBe(true);
    expect(incident?.timeline).toEqual(before?.timeline);
  });
});
