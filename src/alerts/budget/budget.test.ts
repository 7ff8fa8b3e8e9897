import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, seededRandom } from '../../core/index.ts';
import { binomialInterval } from '../binomial.ts';
import { divideBudget, FloodGuard, PromiseLedger, VolumeHistory, VolumeMeter } from './index.ts';

describe('binomial interval', () => {
  // Reference: scipy 1.17.1, scipy.stats.binomtest(k, n).proportion_ci(0.95, 'exact').
  it.each([
    [0, 100, 0, 0.03621669264519054],
    [5, 5000, 0.0003247744747778133, 0.002332110591155391],
    [50, 5000, 0.0074310469990021095, 0.013162738260201258],
    [133, 7940, 0.01404327760962459, 0.019820518042752523],
    [60, 60000, 0.0007631894056257333, 0.0012870133561829354],
    [100, 100, 0.9637833073548094, 1],
  ] as const)('of %i in %i agrees with scipy', (k, n, low, high) => {
    const [from, to] = binomialInterval(k, n);
    expect(Math.abs(from - low)).toBeLessThanOrEqual(1e-9 * Math.max(low, 1e-3));
    expect(Math.abs(to - high)).toBeLessThanOrEqual(1e-9 * high);
  });
});

describe('volume', () => {
  it('is right from the first hour on and follows a change', () => {
    const meter = new VolumeMeter(MICROS_PER_DAY);
    const minute = MICROS_PER_DAY / 1440;
    expect(meter.unitsPerDay('a')).toBeUndefined();
    for (let i = 0; i <= 60; i++) meter.add('a', 10, i * minute);
    expect((meter.unitsPerDay('a') as number) / 14_400).toBeCloseTo(1, 1);
    for (let i = 61; i <= 1440 * 8; i++) meter.add('a', 30, i * minute);
    expect((meter.unitsPerDay('a') as number) / 43_200).toBeCloseTo(1, 1);
    const copy = new VolumeMeter(MICROS_PER_DAY);
    copy.restore(meter.snapshot());
    expect(copy.unitsPerDay('a')).toBe(meter.unitsPerDay('a'));
  });
});

describe('volume of earlier', () => {
  const minute = 60_000_000;

  it('is what was known when the minute began, whatever came since, and after a restart', () => {
    const history = new VolumeHistory();
    const note = (at: number, volume: number | undefined) => history.note(at, () => volume);
    note(0, undefined);
    note(1, 10);
    note(minute + 5, 20);
    note(minute + 6, 99);
    note(5 * minute, 30);
    const copy = new VolumeHistory();
    copy.restore(history.snapshot());
    for (const one of [history, copy]) {
      expect([-1, 2, minute, 2 * minute, 4.9 * minute, 5 * minute, 900 * minute].map((at) => one.asOf(at))).toEqual([
        undefined,
        undefined,
        20,
        20,
        20,
        30,
        30,
      ]);
    }
  });

  it('forgets what lies far back', () => {
    const history = new VolumeHistory();
    for (let at = 0; at < 1000; at++) history.note(at * minute, () => at);
    history.forget();
    expect(history.asOf(999 * minute)).toBe(999);
    expect(history.asOf(100 * minute)).toBeUndefined();
    expect(history.snapshot().length).toBeLessThan(300);
  });
});

describe('budget', () => {
  const detectors = fc.array(
    fc.record({
      unitsPerDay: fc.double({ min: 1, max: 1e9, noNaN: true }),
      calibrationSize: fc.nat(100_000),
      weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it('is never exceeded and used up unless rates are limited', () => {
    fc.assert(
      fc.property(detectors, fc.double({ min: 0.01, max: 1000, noNaN: true }), (drawn, perDay) => {
        const divided = divideBudget(
          perDay,
          drawn.map((one, i) => ({ ...one, name: `d${i}` })),
        );
        const total = divided.reduce((sum, one) => sum + one.perDay, 0);
        expect(total).toBeLessThanOrEqual(perDay * (1 + 1e-9));
        if (divided.some((one) => one.rate < 0.01)) expect(total / perDay).toBeCloseTo(1, 9);
        for (const one of divided) expect(one.extrapolated).toBe(one.rate < 1 / ((drawn[divided.indexOf(one)]?.calibrationSize ?? 0) + 1));
      }),
    );
  });

  it('gives a detector with a thousand times the units a thousandth of the rate', () => {
    const [few, many] = divideBudget(1, [
      { name: 'few', unitsPerDay: 100, calibrationSize: 5_000 },
      { name: 'many', unitsPerDay: 100_000, calibrationSize: 5_000 },
    ]);
    expect(few).toMatchObject({ rate: 0.005, perDay: 0.5, extrapolated: false });
    expect(many).toMatchObject({ rate: 0.000005, perDay: 0.5, extrapolated: true });
  });

  it('passes on what a limited detector cannot use', () => {
    const [limited, other] = divideBudget(10, [
      { name: 'limited', unitsPerDay: 100, calibrationSize: 5_000 },
      { name: 'other', unitsPerDay: 100_000, calibrationSize: 50_000 },
    ]);
    expect(limited?.perDay).toBe(1);
    expect(other?.perDay).toBeCloseTo(9, 9);
  });
});

describe('promised against observed', () => {
  it('leaves labelled true positives out and says when the promise is broken', () => {
    const ledger = new PromiseLedger();
    expect(ledger.kept('a')).toBeUndefined();
    ledger.add('a', 10_000, 60, 0.001);
    expect(ledger.kept('a')).toMatchObject({ flagged: 60, notTrue: 60, promised: 0.001, holds: false });
    ledger.relabel('a', 50, undefined, 'true-positive');
    expect(ledger.kept('a')).toMatchObject({ notTrue: 10, holds: true });
    const copy = new PromiseLedger();
    copy.restore(ledger.snapshot());
    copy.relabel('a', 50, 'true-positive', 'benign');
    expect(copy.kept('a')).toMatchObject({ notTrue: 60, holds: false });
  });
});

describe('flood guard', () => {
  it('pauses a flooding detector once, says so, and lets it go on when it has kept its promise for a window', () => {
    const guard = new FloodGuard({ window: 1_000_000, lasting: 5_000_000 });
    expect(guard.add('a', 10_000, 10, 0.001, 0)).toBeUndefined();
    const paused = guard.add('a', 1_000, 400, 0.001, 10);
    expect(paused).toMatchObject({ kind: 'detector-paused', flagged: 410 });
    expect(paused?.text).toMatch(/flagged 410 of 11000 units where about 11 were expected/);
    expect(guard.paused('a')).toBe(true);
    expect(guard.paused('b')).toBe(false);
    expect(guard.add('a', 1_000, 400, 0.001, 500_000)).toBeUndefined();
    // The window with the flood is no window that keeps the promise.
    expect(guard.add('a', 1_000, 1, 0.001, 1_000_010)).toBeUndefined();
    const copy = new FloodGuard({ window: 1_000_000, lasting: 5_000_000 });
    copy.restore(guard.snapshot());
    expect(copy.paused('a')).toBe(true);
    expect(copy.add('a', 10, 0, 0.001, 2_000_010)).toMatchObject({ kind: 'detector-resumed', flagged: 1 });
    expect(copy.paused('a')).toBe(false);
  });

  it('stays paused while the flood goes on, and tells when it is a lasting change', () => {
    const guard = new FloodGuard({ window: 1_000_000, lasting: 5_000_000 });
    guard.add('a', 1_000, 400, 0.001, 0);
    for (let at = 500_000; at < 20_000_000; at += 500_000) {
      expect(guard.isLasting('a', at)).toBe(at >= 5_000_000);
      expect(guard.add('a', 100, 40, 0.001, at)).toBeUndefined();
    }
    guard.relearnt('a', 20_000_000);
    expect(guard.paused('a')).toBe(true);
    expect(guard.isLasting('a', 20_500_000)).toBe(false);
    expect(guard.add('a', 1_000, 1, 0.001, 20_500_000)).toBeUndefined();
    expect(guard.add('a', 1_000, 1, 0.001, 21_000_000)).toMatchObject({ kind: 'detector-resumed' });
  });

  it('takes up states of when a pause ended by the clock', () => {
    const guard = new FloodGuard();
    const stored = [
      ['a', { expected: 1, flagged: 60, from: 5, pausedUntil: 21_600_000_005, scored: 100 }],
      ['b', { expected: 1, flagged: 1, from: 5, pausedUntil: null, scored: 100 }],
    ];
    guard.restore(new TextEncoder().encode(JSON.stringify(stored)));
    expect([guard.paused('a'), guard.paused('b')]).toEqual([true, false]);
  });

  it('does not take chance for a flood', () => {
    const random = seededRandom(3);
    const guard = new FloodGuard();
    for (let i = 0; i < 20_000; i++) {
      const flagged = Array.from({ length: 20 }).filter(() => random() < 0.01).length;
      expect(guard.add('a', 20, flagged, 0.01, i * 10_000_000)).toBeUndefined();
    }
  });
});
