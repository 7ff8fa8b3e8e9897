import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Detection, type LabelEntry, MICROS_PER_DAY, seededRandom, shuffle, type Verdict } from '../core/index.ts';
import { sampleAlert, sampleDetection } from '../testing/report-input.ts';
import { alertsOf } from './analysis.ts';
import { AlertFolder, alertOf } from './fold.ts';
import { matches } from './glob.ts';
import { groupOf } from './group.ts';
import { appendLabel, labelsInForce } from './labels.ts';
import { NotificationPolicy } from './notify.ts';
import { compareAlerts, rankGroups } from './rank.ts';
import { severityOf } from './severity.ts';
import { suppressedBy } from './suppression.ts';

const onHost = (number: number, changes: Partial<Detection> = {}) => sampleDetection(number, { entity: 'web-1', ...changes });

describe('severity', () => {
  it('changes its level at the documented rarities', () => {
    expect([1e-2, 1e-3, 1e-5, 1e-10, 1e-30].map((p) => severityOf(p, 'sequence'))).toEqual([25, 50, 75, 100, 100]);
    expect(severityOf(1e-3, 'novelty')).toBe(40);
    expect(severityOf(1e-3, 'sequence', 100_000, 2)).toBe(60);
    expect(severityOf(Number.NaN, 'sequence')).toBe(0);
  });

  it('trusts an extrapolated rarity less and less, but keeps its order', () => {
    const severities = [1e-3, 1e-4, 1e-7, 1e-20, 1e-60, 0].map((p) => severityOf(p, 'sequence', 999));
    expect(severities).toEqual([50, 54, 62, 74, 80, 87]);
    expect(severityOf(1e-7, 'sequence', 10_000_000)).toBeGreaterThan(severityOf(1e-7, 'sequence', 999));
  });
});

describe('folding', () => {
  it('makes one alert of the same pattern on the same entity, and keeps its id and worst finding', () => {
    const folder = new AlertFolder('acme');
    const first = folder.fold(onHost(1, { severity: 40 }));
    const second = folder.fold(onHost(2, { severity: 60 }));
    const third = folder.fold(onHost(3, { severity: 50 }));
    expect([first.change, second.change, third.change]).toEqual(['new', 'again', 'again']);
    expect(third.alert).toMatchObject({ id: first.alert.id, count: 3, lastSeen: onHost(3).end });
    expect(third.alert.detection.id).toBe(onHost(2).id);
  });

  it('keeps the first and the latest units with their time and lines, however many there are', () => {
    const folder = new AlertFolder('acme');
    const at = (number: number) => onHost(number, { severity: 90 - number });
    expect(folder.fold(at(0)).alert.occurrences).toBeUndefined();
    for (let number = 1; number < 50; number++) folder.fold(at(number));
    const { alert, change } = folder.fold({ ...at(45), key: 'scored again' });
    expect([change, alert.count]).toEqual(['rescored', 50]);
    expect(alert.occurrences?.map(({ start }) => start)).toEqual([0, 1, 44, 45, 46, 47, 48, 49].map((number) => at(number).start));
    expect(alert.occurrences?.[3]).toMatchObject({ key: 'scored again', evidence: at(45).evidence });
    folder.fold({ ...at(10), severity: 95 });
    const worst = folder.fold({ ...at(10), severity: 95, key: 'the worst again' }).alert;
    expect(worst.detection.key).toBe('the worst again');
    const copy = new AlertFolder('acme');
    copy.restore(folder.snapshot());
    expect(copy.fold(at(50))).toEqual(folder.fold(at(50)));
  });

  it('replaces a unit that is scored again instead of counting it twice', () => {
    const folder = new AlertFolder('acme');
    folder.fold(onHost(1));
    const again = folder.fold(onHost(1, { score: 99 }));
    expect(again).toMatchObject({ change: 'rescored', alert: { count: 1, detection: { score: 99 } } });
  });

  it('keeps tenants, entities, patterns and distant times apart', () => {
    const folder = new AlertFolder('acme');
    const id = folder.fold(onHost(1)).alert.id;
    expect(alertOf('other', onHost(1)).id).not.toBe(id);
    expect(folder.fold(onHost(2, { entity: 'web-2' })).change).toBe('new');
    expect(folder.fold(onHost(3, { detector: 'novelty' })).change).toBe('new');
    const later = onHost(1).end + MICROS_PER_DAY + 1;
    expect(folder.fold(onHost(4, { start: later, end: later })).change).toBe('new');
  });

  it('continues from a snapshot as if it had not stopped, in bounded memory', () => {
    const folder = new AlertFolder('acme', { capacity: 5 });
    for (let i = 0; i < 100; i++) folder.fold(sampleDetection(i));
    const copy = new AlertFolder('acme', { capacity: 5 });
    copy.restore(folder.snapshot());
    expect(copy.snapshot()).toEqual(folder.snapshot());
    expect(JSON.parse(new TextDecoder().decode(copy.snapshot()))).toHaveLength(5);
    expect(copy.fold(sampleDetection(99)).change).toBe('rescored');
  });

  it('groups by the dominant contribution, else by the two strongest, else by title', () => {
    const with_ = (contributions: readonly [string, number][]) =>
      sampleDetection(1, {
        explanation: {
          ...sampleDetection(1).explanation,
          contributions: contributions.map(([subject, share]) => ({ subject, share, observed: '', expected: '', seenBefore: 0 })),
        },
      });
    expect(
      groupOf(
        with_([
          ['a', 0.6],
          ['b', 0.4],
        ]),
      ),
    ).toBe(
      groupOf(
        with_([
          ['a', 0.7],
          ['c', 0.3],
        ]),
      ),
    );
    expect(
      groupOf(
        with_([
          ['a', 0.4],
          ['b', 0.35],
          ['c', 0.25],
        ]),
      ),
    ).toBe(
      groupOf(
        with_([
          ['b', 0.4],
          ['a', 0.35],
        ]),
      ),
    );
    expect(groupOf(with_([]))).not.toBe(groupOf(with_([['a', 1]])));
  });
});

describe('alerts of an analysis', () => {
  it('do not depend on the order of the detections', () => {
    const detections = Array.from({ length: 60 }, (_, i) => sampleDetection(i, { entity: `host-${i % 7}` }));
    const straight = alertsOf('acme', detections);
    expect(alertsOf('acme', shuffle([...detections], seededRandom(4)))).toEqual(straight);
    expect([...straight].sort(compareAlerts)).toEqual(straight);
    expect(straight.reduce((sum, alert) => sum + alert.count, 0)).toBe(60);
  });

  it('keep each flagged session, also of one entity, and group them', () => {
    const alerts = alertsOf(
      'acme',
      [1, 2, 3].map((number) => onHost(number)),
    );
    expect(alerts).toHaveLength(3);
    expect(rankGroups(alerts)).toHaveLength(1);
    expect(alerts.filter((alert) => alert.notified)).toEqual([]);
    expect(
      alertsOf(
        'acme',
        [1, 2, 3].map((number) => onHost(number)),
        { fold: { foldBy: 'entity' } },
      )[0]?.count,
    ).toBe(3);
  });

  it('rank groups by their worst finding', () => {
    const groups = rankGroups([
      sampleAlert(1, { group: 'a' }, { severity: 30 }),
      sampleAlert(2, { group: 'b' }, { severity: 80 }),
      sampleAlert(3, { group: 'a' }, { severity: 70 }),
    ]);
    expect(groups.map((group) => [group.id, group.severity, group.alerts.length])).toEqual([
      ['b', 80, 1],
      ['a', 70, 2],
    ]);
  });
});

describe('notifications', () => {
  it('are at most three on a quiet day, from the first day on, and each group once', () => {
    const policy = new NotificationPolicy();
    const told = Array.from({ length: 50 }, (_, i) =>
      policy.decide(sampleAlert(i, { group: `g${i}`, notified: false }, { severity: 40 + (i % 30), start: i * 1_000_000 })),
    );
    expect(told.filter((alert) => alert.notified)).toHaveLength(3);
    const next = policy.decide(sampleAlert(60, { group: 'g1', notified: false }, { severity: 60, start: MICROS_PER_DAY }));
    const same = policy.decide(sampleAlert(61, { group: 'g1', notified: false }, { severity: 60, start: MICROS_PER_DAY + 1 }));
    expect([next.notified, same.notified]).toEqual([true, false]);
  });

  it('let critical alerts through up to a limit of their own, keep minor ones listed only, and survive a restart', () => {
    const policy = new NotificationPolicy({ perDay: 0, criticalPerDay: 2 });
    const decide = (i: number, severity: number, by: NotificationPolicy) =>
      by.decide(sampleAlert(i, { group: `g${i}`, notified: false }, { severity, start: 0 })).notified;
    expect([decide(1, 90, policy), decide(2, 60, policy), decide(3, 10, policy)]).toEqual([true, false, false]);
    const copy = new NotificationPolicy({ perDay: 0, criticalPerDay: 2 });
    copy.restore(policy.snapshot());
    expect([decide(4, 90, copy), decide(5, 90, copy)]).toEqual([true, false]);
  });
});

describe('notifications of rules', () => {
  const found = (i: number, changes: Partial<Detection> = {}, group = 'brute-force') =>
    sampleAlert(
      i,
      { group, notified: false },
      { pValue: Number.NaN, severity: 40, entity: `198.51.100.${i}`, start: i * 1_000_000, ...changes },
    );

  it('name each attacker once a day, whatever anomalies took', () => {
    const policy = new NotificationPolicy();
    for (let i = 0; i < 20; i++) policy.decide(sampleAlert(i, { group: `g${i}`, notified: false }, { severity: 60, start: i }));
    expect([1, 2, 3, 4].map((i) => policy.decide(found(i)).notified)).toEqual([true, true, true, true]);
    expect(policy.decide(found(2, { start: 9_000_000 })).notified).toBe(false);
    expect(policy.decide(found(2, { start: MICROS_PER_DAY })).notified).toBe(true);
  });

  it('are at most five of one rule and ten of a level, so that guessing hides neither another attack nor a worse one', () => {
    const policy = new NotificationPolicy();
    const guessing = Array.from({ length: 100 }, (_, i) => policy.decide(found(i)).notified);
    expect(guessing.filter(Boolean)).toHaveLength(5);
    expect(policy.decide(found(1, {}, 'traversal')).notified).toBe(true);
    expect(policy.decide(found(1, { severity: 65 }, 'compromise')).notified).toBe(true);
    const others = Array.from({ length: 100 }, (_, i) => policy.decide(found(i, {}, `rule ${i}`)).notified);
    expect(others.filter(Boolean)).toHaveLength(4);
    const anomaly = sampleAlert(1, { group: 'g', notified: false }, { severity: 40, start: 0 });
    expect(policy.decide(anomaly).notified).toBe(true);
  });

  it('have places for every host: values that one host makes up mute no other', () => {
    const policy = new NotificationPolicy();
    const shell = (i: number, host: string, entity = `198.51.100.${i}`) =>
      policy.decide(found(i, { host, entity, severity: 65 }, 'reverse shell')).notified;
    const made = Array.from({ length: 100 }, (_, i) => shell(i, 'web1'));
    expect(made.filter(Boolean)).toHaveLength(5);
    expect([shell(200, 'db1'), shell(201, 'db1'), shell(202, 'db1')]).toEqual([true, true, false]);
    // The address that web1 was told of is told of db1 as well, once.
    expect([shell(1, 'db2'), shell(1, 'db2')]).toEqual([true, false]);
    const hosts = Array.from({ length: 100 }, (_, i) => shell(300 + i, `made-up-${i}`));
    expect(hosts.filter(Boolean)).toHaveLength(7);
  });

  it('are decided alike after a restart, and after a state of an earlier version', () => {
    const policy = new NotificationPolicy();
    for (let i = 0; i < 4; i++) policy.decide(found(i));
    const copy = new NotificationPolicy();
    copy.restore(policy.snapshot());
    expect([4, 5, 3].map((i) => copy.decide(found(i)).notified)).toEqual([true, false, false]);
    copy.restore(new TextEncoder().encode('{"day":0,"told":3,"critical":0,"groups":["a"]}'));
    expect(copy.decide(sampleAlert(1, { group: 'b', notified: false }, { severity: 60, start: 0 })).notified).toBe(false);
  });
});

describe('labels', () => {
  const verdict = fc.option(fc.constantFrom<Verdict>('true-positive', 'false-positive', 'benign'), { nil: undefined });
  const log = fc.array(fc.record({ alertId: fc.constantFrom('a', 'b', 'c'), verdict }), { maxLength: 20 }).map((drawn) =>
    drawn.map(
      ({ alertId, verdict: given }, i): LabelEntry => ({
        sequence: i + 1,
        alertId,
        note: '',
        by: 'x',
        at: i,
        ...(given === undefined ? {} : { verdict: given }),
      }),
    ),
  );

  it('are in force by the last entry, whatever order the log is read in', () => {
    fc.assert(
      fc.property(log, (entries) => {
        const expected = new Map<string, Verdict | undefined>();
        for (const entry of entries) expected.set(entry.alertId, entry.verdict);
        const inForce = labelsInForce(entries);
        for (const [alertId, last] of expected) expect(inForce.find((one) => one.alertId === alertId)?.verdict).toBe(last);
        expect(labelsInForce([...entries].reverse())).toEqual(inForce);
      }),
    );
  });

  it('leave no trace once revoked', () => {
    const before = appendLabel([], { alertId: 'a', verdict: 'benign', by: 'x', at: 1 });
    const labelled = appendLabel(before, { alertId: 'b', verdict: 'false-positive', by: 'x', at: 2, note: 'backup' });
    const revoked = appendLabel(labelled, { alertId: 'b', by: 'x', at: 3 });
    expect(labelsInForce(labelled)).toHaveLength(2);
    expect(labelsInForce(revoked)).toEqual(labelsInForce(before));
    expect(revoked.slice(0, 2)).toEqual(labelled);
    expect(() => appendLabel(revoked, { alertId: 'b', by: 'x', at: 4 })).toThrow(/no label to revoke/);
  });
});

describe('suppression', () => {
  it('matches every given field, until it expires, below its severity', () => {
    const rule = { id: 'r', reason: 'scanner', match: { detector: 'sequence', entity: 'blk_*' } };
    const alert = sampleAlert(1);
    expect(suppressedBy(alert, [rule])).toBe(rule);
    expect(suppressedBy(alert, [{ ...rule, match: { ...rule.match, title: 'other' } }])).toBeUndefined();
    expect(suppressedBy(alert, [{ ...rule, expires: alert.detection.start }])).toBeUndefined();
    expect(suppressedBy(alert, [{ ...rule, below: 50 }])).toBeUndefined();
    expect(suppressedBy(alert, [{ ...rule, match: {} }])).toBeUndefined();
    expect(suppressedBy(sampleAlert(1, {}, { techniques: ['T1110'] }), [{ ...rule, match: { technique: 'T1110*' } }])).toBeDefined();
  });

  it('globs like a regular expression with .* for each star', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), (pattern, value) => {
        const expression = new RegExp(`^${pattern.split('*').join('.*')}$`);
        expect(matches(pattern, value)).toBe(expression.test(value));
      }),
    );
  });
});
