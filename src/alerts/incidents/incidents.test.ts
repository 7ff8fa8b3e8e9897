import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros, type Incident } from '../../core/index.ts';
import { type AlertObservation, IncidentEngine, type IncidentOptions, importAlertCsv } from './index.ts';

const MINUTE = 60_000_000;

function alert(minute: number, type: string, host: string, extra: Partial<AlertObservation> = {}): AlertObservation {
  return { id: `${minute}/${type}/${host}`, time: minute * MINUTE, detector: 'sensor', type, title: type, host, ...extra };
}

/** A steady alert every ten minutes, so that there is a history. */
function background(minutes: number): AlertObservation[] {
  return Array.from({ length: Math.ceil(minutes / 10) }, (_, i) => alert(i * 10, 'heartbeat', 'gateway'));
}

function run(alerts: readonly AlertObservation[], options: Partial<IncidentOptions> = {}): Incident[] {
  const closed: Incident[] = [];
  const engine = new IncidentEngine('tenant', (incident) => closed.push(incident), options);
  for (const one of [...alerts].sort((a, b) => a.time - b.time)) engine.add(one);
  engine.end();
  return closed;
}

describe('incidents', () => {
  it('rates a first alert by the windows that went without it', () => {
    const [incident] = run([...background(1990), alert(1995, 'sudo', 'server')]);
    // bin 199: p = 1 / 200 for both histories
    expect(incident?.evidence[0]?.surprise).toBeCloseTo(Math.log10(200), 12);
    expect(incident?.score).toBeCloseTo(Math.log10(200) - 1.3, 12);
    expect(incident?.sentence).toMatch(/sudo\. On server that was never seen in 199 windows of 10 minutes before/);
  });

  it('says nothing in the first 3.2 hours', () => {
    expect(run([...background(180), alert(185, 'sudo', 'server')])).toEqual([]);
    expect(run([...background(200), alert(205, 'sudo', 'server')])).toHaveLength(1);
  });

  it('counts a flood once, by the bucket of its burst', () => {
    const flood = Array.from({ length: 5000 }, (_, i) => alert(2000 + i / 5000, 'bad request', 'web', { id: `f${i}` }));
    const [incident] = run([...background(1990), ...flood]);
    expect(incident?.types).toHaveLength(1);
    expect(incident?.score).toBeLessThan(3 - 1.3 + 1e-9);
    expect(incident?.alerts).toBe(5000);
  });

  it('drops alerts that repackage others', () => {
    const echo = alert(1995, 'echo', 'server', { parent: 'another' });
    const wazuh = alert(1996, 'W-All', 'server', { detector: 'Wazuh', title: 'IDS event.' });
    expect(run([...background(1990), echo, wazuh])).toEqual([]);
  });

  it('takes no evidence from what is below the least severity, which others may join', () => {
    const noise = [5, 9].map((severity, i) => alert(2000 + i, `noise ${i}`, 'one', { severity }));
    expect(run([...background(2100), ...noise], { leastSeverity: 10 })).toEqual([]);
    expect(run([...background(2100), ...noise])).toHaveLength(1);
    const [incident] = run([...background(2100), alert(1999, 'real', 'one', { severity: 50 }), ...noise], { leastSeverity: 10 });
    expect(incident?.types).toHaveLength(1);
  });

  it('links by host and by type, merging what an alert joins', () => {
    const steps = [alert(2000, 'a', 'one'), alert(2001, 'b', 'two'), alert(2003, 'a', 'two')];
    const closed = run([...background(2100), ...steps]);
    expect(closed).toHaveLength(1);
    expect(closed[0]?.hosts).toEqual(['one', 'two']);
    expect(closed[0]?.merged).toHaveLength(1);
    expect(closed[0]?.types.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('closes after an hour of quiet and after six hours', () => {
    expect(run([...background(2200), alert(2000, 'a', 'one'), alert(2061, 'b', 'one')])).toHaveLength(2);
    const slow = Array.from({ length: 13 }, (_, i) => alert(2000 + i * 30, `step ${i}`, 'one'));
    expect(run([...background(2500), ...slow, alert(2365, 'late', 'one')])).toHaveLength(2);
  });

  it('has the times of its evidence, whatever time another source has reached', () => {
    const guessing = [
      alert(2016, 'guessing', 'one', { id: 'g', start: 2010 * MINUTE }),
      alert(2019, 'guessing', 'one', { id: 'g', start: 2016 * MINUTE, change: 'again' }),
      alert(2020, 'sign-in', 'one', { start: 2005 * MINUTE }),
    ];
    const closed: Incident[] = [];
    const engine = new IncidentEngine('tenant', (incident) => closed.push(incident));
    for (const one of background(4000)) engine.add(one);
    for (const one of guessing) engine.add(one);
    engine.end();
    const [late] = closed;
    const [inTime] = run([...background(2010), ...guessing]);
    expect(late).toMatchObject({ start: 2005 * MINUTE, lastEvidence: 2020 * MINUTE, alerts: 2 });
    expect(late?.sentence).toContain(`Since ${formatMicros(2005 * MINUTE)}.`);
    expect(late?.timeline.map(({ time, end, title }) => [title, time / MINUTE, (end ?? time) / MINUTE])).toEqual([
      ['sign-in', 2005, 2020],
      ['guessing', 2010, 2019],
    ]);
    const spans = ({ id, start, lastEvidence, timeline }: Incident) => [
      ...[id, start, lastEvidence],
      timeline.map(({ title, time, end }) => [title, time, end]),
    ];
    expect(spans(late as Incident)).toEqual(spans(inTime as Incident));
  });

  it('joins what comes late by when it was, not by when it came', () => {
    const closed: Incident[] = [];
    const engine = new IncidentEngine('tenant', (incident) => closed.push(incident));
    for (const one of background(9000)) engine.add(one);
    const days = [alert(2000, 'a', 'one'), alert(2030, 'b', 'one'), alert(3440, 'a', 'one'), alert(3470, 'c', 'one')];
    for (const one of days) engine.add(one);
    for (let step = 1; step <= 14; step++) engine.add(alert(3470 + 30 * step, `step ${step}`, 'one'));
    engine.end();
    expect(closed.map(({ start, lastEvidence }) => [start / MINUTE, lastEvidence / MINUTE])).toEqual([
      [2000, 2030],
      [3440, 3800],
      [3830, 3890],
    ]);
  });

  it('multiplies by detectors and tactics only when asked to', () => {
    const alerts = [
      ...background(2100),
      alert(2000, 'a', 'one', { detector: 'x', tactic: 'execution' }),
      alert(2001, 'b', 'one', { detector: 'y', tactic: 'initial-access' }),
    ];
    const [with_] = run(alerts);
    const [without] = run(alerts, { detectorBonus: 0, tacticBonus: 0 });
    expect((with_?.score ?? 0) / (without?.score ?? 1)).toBeCloseTo(1.25 * 1.25, 12);
    expect(with_?.tactics).toEqual(['initial-access', 'execution']);
    expect(with_?.sentence).toContain('from initial access to execution');
  });

  it('takes what an analyst expects out of the score, and back in', () => {
    const engine = new IncidentEngine('tenant', () => undefined);
    for (const one of background(2000)) engine.add(one);
    engine.add(alert(2000, 'sudo', 'server', { user: 'admin' }));
    engine.add(alert(2001, 'shell', 'server'));
    const before = engine.open()[0]?.score ?? 0;
    engine.expect([{ id: '1', type: 'sudo', host: 'server', user: 'admin', reason: 'on duty' }]);
    expect(engine.open()[0]?.score).toBeLessThan(before);
    expect(engine.open()[0]?.types.map(({ type }) => type)).toEqual(['shell']);
    engine.expect([]);
    expect(engine.open()[0]?.score).toBe(before);
  });

  it('marks the first day as learning', () => {
    expect(run([...background(500), alert(490, 'a', 'one')])[0]?.learning).toBe(true);
    expect(run([...background(1600), alert(1500, 'a', 'one')])[0]?.learning).toBe(false);
  });

  const stream = fc.array(
    fc.record({
      step: fc.integer({ min: 0, max: 40 }),
      type: fc.constantFrom('a', 'b', '__proto__', 'c', 'd'),
      host: fc.constantFrom('x', 'y', 'constructor', 'z'),
    }),
    { minLength: 1, maxLength: 120 },
  );

  it('gives the same incidents again from a snapshot taken anywhere', () => {
    fc.assert(
      fc.property(stream, fc.nat(), (steps, where) => {
        let minute = 0;
        const alerts = steps.map(({ step, type, host }, i) => {
          minute += step;
          // Some come late, some began long before.
          return alert(minute - (i % 7 === 3 ? 90 : 0), type, host, { id: String(i), start: (minute - (i % 5) * 20) * MINUTE });
        });
        const whole: Incident[] = [];
        const uncut = new IncidentEngine('tenant', (incident) => whole.push(incident));
        for (const one of alerts) uncut.add(one);
        uncut.end();
        const cut = where % alerts.length;
        const closed: Incident[] = [];
        const first = new IncidentEngine('tenant', (incident) => closed.push(incident));
        for (const one of alerts.slice(0, cut)) first.add(one);
        const second = new IncidentEngine('tenant', (incident) => closed.push(incident));
        second.restore(first.snapshot());
        expect(second.snapshot()).toEqual(first.snapshot());
        for (const one of alerts.slice(cut)) second.add(one);
        second.end();
        expect(closed).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps its memory within its options whatever names it is sent', () => {
    const options = { historyKeys: 200, openIncidents: 10, listLength: 20 };
    const engine = new IncidentEngine('tenant', () => undefined, options);
    for (const one of background(400)) engine.add(one);
    for (let i = 0; i < 5000; i++) engine.add(alert(400 + i / 100, `type ${i}`, i % 2 === 0 ? 'one' : `host ${i}`));
    expect(engine.counters().historyKeys).toBeLessThanOrEqual(200);
    expect(engine.open().length).toBeLessThanOrEqual(10);
    for (const incident of engine.open()) {
      expect(incident.evidence.length).toBeLessThanOrEqual(20);
      expect(incident.timeline.length).toBeLessThanOrEqual(20);
    }
    expect(engine.snapshot().length).toBeLessThan(200_000);
  });

  it('refuses a state that is none', () => {
    const engine = new IncidentEngine('tenant', () => undefined);
    expect(() => engine.restore(new TextEncoder().encode('{"version":2}'))).toThrow('cannot be read');
  });
});

describe('alert lists', () => {
  it('reads any text without throwing anything but a named error, and counts rows that are no alert', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = importAlertCsv(`time,name,host\n1642213952,"Wazuh: a, b",h\n${text}`, 'x');
        expect(read.alerts.length + read.badRows).toBeGreaterThanOrEqual(1);
      }),
    );
    expect(() => importAlertCsv('a,b,c\n1,2,3', 'x')).toThrow('is no list of alerts');
  });
});
