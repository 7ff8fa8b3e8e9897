import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Watermark } from './watermark.ts';

const OPTIONS = { maxSkew: 600e6, lateness: 60e6, disorder: 2e6, idle: 30e6, confirm: 8 };
const SECOND = 1e6;

describe('watermark', () => {
  it('never falls, whatever times and clocks come', () => {
    const step = fc.oneof(
      fc.record({ input: fc.constantFrom('a', 'b', 'c'), time: fc.double({ min: -1e15, max: 5e15, noNaN: true }) }),
      fc.record({ now: fc.double({ min: 0, max: 5e15, noNaN: true }) }),
      fc.record({ finish: fc.constantFrom('a', 'b', 'c') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const watermark = new Watermark(OPTIONS);
        for (const one of steps) {
          const before = watermark.value;
          if ('time' in one) watermark.observe(one.input, one.time);
          else if ('now' in one) watermark.elapse(one.now);
          else watermark.finish(one.finish);
          expect(watermark.value).toBeGreaterThanOrEqual(before);
        }
      }),
      { seed: 1 },
    );
  });

  it('believes no leap that fewer than `confirm` records in a row make', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1e9, max: 1e15 }),
        (at, stray, leap) => {
          const watermark = new Watermark(OPTIONS);
          for (let i = 0; i < 100; i++) {
            if (i === at) for (let s = 0; s < stray; s++) watermark.observe('a', i * SECOND + leap);
            watermark.observe('a', i * SECOND);
          }
          expect(watermark.value).toBe(92 * SECOND - OPTIONS.disorder);
        },
      ),
      { seed: 2 },
    );
  });

  it('waits for the slowest input, but no longer than the idle time', () => {
    const watermark = new Watermark(OPTIONS);
    for (let i = 0; i < 20; i++) watermark.observe('slow', i * SECOND);
    for (let i = 0; i < 500; i++) watermark.observe('fast', i * SECOND);
    expect(watermark.value).toBe(12 * SECOND - OPTIONS.disorder);
    watermark.elapse(0);
    for (let now = 1; now < 29; now++) {
      watermark.elapse(now * SECOND);
      watermark.observe('fast', (500 + now) * SECOND);
    }
    expect(watermark.value).toBe(12 * SECOND - OPTIONS.disorder);
    for (let now = 29; now < 32; now++) {
      watermark.elapse(now * SECOND);
      watermark.observe('fast', (500 + now) * SECOND);
    }
    expect(watermark.value).toBeGreaterThan(500 * SECOND);
  });

  it('takes a leap of the wall clock for no silence', () => {
    const watermark = new Watermark(OPTIONS);
    for (let i = 0; i < 20; i++) watermark.observe('a', i * SECOND);
    const before = watermark.value;
    watermark.elapse(0);
    watermark.elapse(1e15);
    expect(watermark.value).toBe(before);
    watermark.elapse(5);
    expect(watermark.value).toBe(before);
  });

  it('is the same after a snapshot', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 100 }), fc.nat(99), (times, cut) => {
        const whole = new Watermark(OPTIONS);
        let parted = new Watermark(OPTIONS);
        for (const [index, time] of times.entries()) {
          if (index === cut) {
            const restored = new Watermark(OPTIONS);
            restored.restore(structuredClone(parted.snapshot()));
            parted = restored;
          }
          whole.observe('a', time * SECOND);
          parted.observe('a', time * SECOND);
        }
        expect(parted.value).toBe(whole.value);
      }),
      { seed: 3 },
    );
  });
});
