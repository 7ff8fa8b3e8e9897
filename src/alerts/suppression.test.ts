import { describe, expect, it } from 'vitest';
import { sampleAlert } from '../testing/report-input.ts';
import { withinSchedule } from './schedule.ts';
import { suppressedBy } from './suppression.ts';
import { Suppressor } from './suppressor.ts';

const RULE = { id: 'r', reason: 'test' };
const HOUR = 3_600_000_000;
const at = (text: string) => Date.parse(text) * 1000;

describe('suppression', () => {
  it('takes an entity as a network, and exceptions out of it', () => {
    const from = (entity: string) => sampleAlert(1, {}, { entity });
    const rule = { ...RULE, match: { entity: '10.1.0.0/16' }, except: [{ entity: '10.1.2.*' }] };
    expect(suppressedBy(from('10.1.9.9'), [rule])).toBe(rule);
    for (const other of ['10.1.2.3', '10.2.0.1', 'db-1', '::1', '10.1.9.9/32']) expect(suppressedBy(from(other), [rule])).toBeUndefined();
    expect(suppressedBy(from('2001:db8::5'), [{ ...RULE, match: { entity: '2001:db8::/32' } }])).toBeDefined();
    expect(suppressedBy(from('10.1.9.9'), [{ ...RULE, match: { entity: '10.1.0.0/99' } }])).toBeUndefined();
  });

  it('keeps to hours of the week in a zone, over midnight and over the change of the clock', () => {
    const night = { days: [6], start: '23:00', end: '02:00', timezone: 'Europe/Berlin' };
    expect(withinSchedule(night, at('2026-03-28T22:30:00Z'))).toBe(true);
    expect(withinSchedule(night, at('2026-03-29T00:30:00Z'))).toBe(true);
    expect(withinSchedule(night, at('2026-03-29T01:30:00Z'))).toBe(false);
    expect(withinSchedule(night, at('2026-03-28T21:30:00Z'))).toBe(false);
    expect(withinSchedule(night, Number.NaN)).toBe(false);
    expect(() => withinSchedule({ ...night, timezone: 'Mars/Olympus' }, 0)).toThrow(/no time zone/);
  });

  it('tells a level that stays once, and again after it was gone', () => {
    const rule = { ...RULE, match: { detector: 'sequence' }, once: HOUR };
    let suppressor = new Suppressor();
    suppressor.use([rule]);
    const unit = (minutes: number) => sampleAlert(1, {}, { start: minutes * 60e6, end: minutes * 60e6 });
    expect(suppressor.decide(unit(0))).toBeUndefined();
    expect(suppressor.decide(unit(50))).toBe(rule);
    expect(suppressor.decide(unit(100))).toBe(rule);
    const kept = suppressor.snapshot();
    suppressor = new Suppressor();
    suppressor.use([rule]);
    suppressor.restore(kept);
    expect(suppressor.decide(unit(150))).toBe(rule);
    expect(suppressor.decide(unit(300))).toBeUndefined();
  });
});
