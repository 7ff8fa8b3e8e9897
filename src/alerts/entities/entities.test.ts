import { describe, expect, it } from 'vitest';
import { type AlertObservation, ExpectedRules } from '../incidents/index.ts';
import { decayed, EntityBook, evidenceWeight, ratedEntity, riskOf, weighed } from './index.ts';

const HOUR = 3_600_000_000;
const NONE = new ExpectedRules();

function alert(type: string, at: number, extra: Partial<AlertObservation> = {}): AlertObservation {
  return { id: `${type}/${at}`, time: at, detector: 'rate', type, title: type, host: 'web', severity: 100, ...extra };
}

/** Alerts that each weigh 4, and what is then known of the entity `web`. */
function afterAlerts(...alerts: readonly AlertObservation[]) {
  const book = new EntityBook();
  for (const one of alerts) book.add(one, 4);
  const entity = book.takeChanged(NONE).find(({ name }) => name === 'web');
  if (entity === undefined) throw new Error('no entity');
  return entity;
}

describe('risk of an entity', () => {
  it('is 50 for a weight of 4 and halves its weight in six hours', () => {
    const entity = afterAlerts(alert('scan', 0));
    expect(ratedEntity(entity, 0)).toMatchObject({ risk: 50, verdict: 'suspicious' });
    expect(ratedEntity(entity, 6 * HOUR).risk).toBe(riskOf(2));
    expect(ratedEntity(entity, 240 * HOUR)).toMatchObject({ risk: 0, verdict: 'safe' });
  });

  it('counts distinct types, not how often one was raised', () => {
    const often = afterAlerts(...Array.from({ length: 50 }, (_, i) => alert('scan', i)));
    expect(often.weight).toBeCloseTo(4, 4);
    expect(often.alerts).toBe(50);
    expect(afterAlerts(alert('scan', 0), alert('flood', 0)).weight).toBe(8);
  });

  it('rises when a signature and an anomaly lie within an hour of each other', () => {
    const signature = alert('exploit', HOUR / 2, { detector: 'suricata' });
    const near = afterAlerts(alert('scan', 0), signature);
    const far = afterAlerts(alert('scan', 0), { ...signature, time: 2 * HOUR });
    expect(near.weight).toBeCloseTo(2 * decayed(4, 0, HOUR / 2) + 4, 9);
    expect(far.weight).toBeCloseTo(decayed(4, 0, 2 * HOUR) + 4, 9);
    expect(ratedEntity(near, HOUR / 2).verdict).toBe('harmful');
  });

  it('leaves out what is expected, and takes it back in', () => {
    const entity = afterAlerts(alert('scan', 0), alert('backup', 0));
    const rules = new ExpectedRules([{ id: '1', type: 'backup', host: 'web', reason: '' }]);
    expect(weighed(entity, rules, 0).weight).toBe(4);
    expect(weighed(weighed(entity, rules, 0), NONE, 0)).toEqual(entity);
  });

  it('weighs an alert by its surprise and its severity', () => {
    expect(evidenceWeight(3.3, 1.3, 75, 'anomaly')).toBe(8);
    expect(evidenceWeight(3, 1.3, 45, 'anomaly')).toBeCloseTo(3.06, 9);
    expect(evidenceWeight(1, 1.3, 45, 'anomaly')).toBe(0);
  });

  it('is not that of a safe one hours after a high alert, however common such alerts are', () => {
    const verdictAfter = (hours: number, severity: number, kind: 'signature' | 'anomaly') => {
      const book = new EntityBook();
      book.add(alert('guessing', 0, { host: '203.0.113.7' }), evidenceWeight(0, 1.3, severity, kind));
      return book.takeChanged(NONE).map((entity) => ratedEntity(entity, hours * HOUR).verdict)[0];
    };
    expect(verdictAfter(0.3, 65, 'signature')).toBe('harmful');
    expect(verdictAfter(8, 65, 'signature')).toBe('suspicious');
    expect(verdictAfter(2, 40, 'signature')).toBe('suspicious');
    expect(verdictAfter(2, 60, 'anomaly')).toBe('suspicious');
    expect(verdictAfter(6, 90, 'signature')).toBe('harmful');
    expect(verdictAfter(72, 90, 'signature')).toBe('safe');
  });

  it('fades to what open alerts leave, and tells what it does from what is done to it', () => {
    const entity = afterAlerts(alert('scan', 0));
    const open = { own: 3, target: 0, alerts: 1, since: 0 };
    expect(ratedEntity(entity, 240 * HOUR, open)).toMatchObject({ risk: riskOf(3), verdict: 'suspicious', openAlerts: 1 });
    expect(ratedEntity(entity, 0, open).risk).toBe(50);
    const book = new EntityBook();
    book.add(alert('guessing', 0, { host: '203.0.113.7', targets: ['gate'] }), 8);
    book.add(alert('flood', 0, { host: 'web', targets: ['web'] }), 8);
    book.renew(alert('guessing', 0, { host: '203.0.113.7', targets: ['gate'], change: 'rescored', title: 'more' }), 12);
    const rated = book.takeChanged(NONE).map((one) => ratedEntity(one, 0));
    expect(rated.map(({ name, verdict, alerts, weight }) => [name, verdict, alerts, weight])).toEqual([
      ['203.0.113.7', 'harmful', 1, 12],
      ['gate', 'attacked', 0, 12],
      ['web', 'attacked', 1, 8],
    ]);
  });
});

describe('the book of entities', () => {
  it('stays within its limits whatever names and types alerts bring, and comes back from a snapshot', () => {
    const book = new EntityBook({ entities: 50, types: 4 });
    for (let i = 0; i < 2000; i++) book.add(alert(`type ${i}`, i, { host: i % 2 === 0 ? '__proto__' : `host ${i}` }), i % 7);
    const again = new EntityBook({ entities: 50, types: 4 });
    again.restore(book.snapshot());
    expect(again.snapshot()).toEqual(book.snapshot());
    const kept = book.takeChanged(NONE);
    expect(kept.length).toBeLessThanOrEqual(50);
    expect(kept.find(({ name }) => name === '__proto__')?.evidence.map(({ weight }) => weight)).toEqual([6, 6, 6, 6]);
    expect(() => again.restore(new TextEncoder().encode('{}'))).toThrow('cannot be read');
  });

  it('counts an analysis that is run again once', () => {
    const first = afterAlerts(alert('scan', 5));
    const book = new EntityBook();
    book.adopt([first]);
    book.add(alert('scan', 5), 4);
    expect(book.takeChanged(NONE)[0]).toEqual(first);
  });
});
