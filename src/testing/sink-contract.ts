import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sink, VedetteError } from '../core/index.ts';
import { sampleAlert } from './report-input.ts';

/** A sink with a receiver that the test controls. */
export interface SinkUnderTest {
  readonly sink: Sink;
  /** Ids of the alerts the receiver has, in order of arrival; waits a moment for `expected` of them. */
  received(expected: number): Promise<string[]>;
  /** Makes the receiver refuse or vanish; absent where a sink cannot notice (UDP). */
  break?(): Promise<void>;
  repair?(): Promise<void>;
  stop(): Promise<void>;
}

/** What every sink keeps: see `Sink` in core/contracts.ts. */
export function describeSinkContract(name: string, start: () => Promise<SinkUnderTest>): void {
  describe(`${name}: sink contract`, () => {
    let test: SinkUnderTest;
    beforeEach(async () => {
      test = await start();
    });
    afterEach(async () => {
      await test.sink.close();
      await test.stop();
    });

    it('delivers every alert, in order', async () => {
      const alerts = [1, 2, 3].map((number) => sampleAlert(number));
      await test.sink.deliver(alerts);
      expect(await test.received(3)).toEqual(alerts.map((alert) => alert.id));
    });

    it('does nothing for an empty delivery', async () => {
      await test.sink.deliver([]);
      await test.sink.deliver([sampleAlert(9)]);
      expect(await test.received(1)).toEqual([sampleAlert(9).id]);
    });

    it('delivers again under the same id', async () => {
      await test.sink.deliver([sampleAlert(4)]);
      await test.sink.deliver([sampleAlert(4)]);
      expect(await test.received(2)).toEqual([sampleAlert(4).id, sampleAlert(4).id]);
    });

    it('keeps one alert one record, whatever its text holds', async () => {
      const text = 'a\r\nb\u0000"}]|=\\ <script>\u2028{{id}} \ud800';
      const hostile = sampleAlert(5, {}, { title: text, entity: text, key: text });
      await test.sink.deliver([hostile, sampleAlert(6)]);
      expect(await test.received(2)).toEqual([hostile.id, sampleAlert(6).id]);
    });

    it('leaves the alerts as they are', async () => {
      const alert = deepFreeze(sampleAlert(7));
      await test.sink.deliver(Object.freeze([alert]));
      expect(await test.received(1)).toEqual([alert.id]);
    });

    it('throws with a code and a hint when the receiver fails, keeps nothing back, and works again afterwards', async () => {
      if (test.break === undefined || test.repair === undefined) return expect(test.break).toBe(test.repair);
      await test.break();
      const failure = await test.sink.deliver([sampleAlert(8)]).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(VedetteError);
      expect((failure as VedetteError).code).toBe('DELIVERY_FAILED');
      expect((failure as VedetteError).hint).toBeTruthy();
      await test.repair();
      await test.sink.deliver([sampleAlert(10)]);
      expect(await test.received(1)).toEqual([sampleAlert(10).id]);
    });

    it('can be closed twice', async () => {
      await test.sink.close();
      await test.sink.close();
    });
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
