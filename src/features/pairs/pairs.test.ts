import { describe, expect, it } from 'vitest';
import { concatGroups, type EventBatch, type GroupBatch, seededRandom } from '../../core/index.ts';
import { pairConfig } from './config.ts';
import { PairWindows } from './pair-windows.ts';

const MINUTE = 60e6;

interface Flow {
  readonly from: number;
  readonly to: number;
  /** Minutes. */
  readonly at: number;
  readonly port?: number;
  readonly seconds?: number;
}

function batch(flows: readonly Flow[], input = 'conn.log'): EventBatch {
  const address = (of: (flow: Flow) => number) => {
    const bytes = new Uint8Array(16 * flows.length);
    for (const [row, flow] of flows.entries())
      bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, of(flow) >> 8, of(flow) & 255], 16 * row);
    return bytes;
  };
  const number = (of: (flow: Flow) => number) => Float64Array.from(flows, of);
  return {
    kind: 'flow',
    rows: flows.length,
    source: 't',
    origin: {
      input,
      offset: number(({ at }) => at),
      line: Float64Array.from(flows, (_, i) => i + 1),
      length: new Int32Array(flows.length),
    },
    columns: {
      time: number(({ at }) => at * MINUTE),
      durationMicros: number(({ seconds = 0 }) => seconds * 1e6),
      sourceAddress: address(({ from }) => from),
      destinationAddress: address(({ to }) => to),
      protocol: Int32Array.from(flows, () => 6),
      destinationPort: Int32Array.from(flows, ({ port = 443 }) => port),
      forwardBytes: number(({ port = 443 }) => port),
      backwardBytes: number(() => 10),
      forwardPackets: number(() => 2),
      backwardPackets: number(() => 1),
    },
  };
}

function rowsOf(whole: EventBatch, from: number, to: number): EventBatch {
  const cut = (column: unknown) =>
    column instanceof Uint8Array ? column.slice(16 * from, 16 * to) : (column as Float64Array).slice(from, to);
  const { origin, columns } = whole;
  return {
    ...whole,
    rows: to - from,
    origin: { ...origin, offset: origin.offset.slice(from, to), line: origin.line.slice(from, to), length: origin.length.slice(from, to) },
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, cut(column)])),
  };
}

const windowsOf = (config: object, flows: readonly Flow[]) => {
  const windows = new PairWindows(pairConfig.parse(config));
  windows.add(batch(flows));
  windows.finish();
  return { windows, batch: windows.take() };
};

describe('windows of a source and a destination', () => {
  it('hold the flows that ended within them, with their places', () => {
    const { batch: closed } = windowsOf({}, [
      { from: 1, to: 2, at: 3 },
      { from: 1, to: 2, at: 29, seconds: 90 },
      { from: 2, to: 1, at: 4 },
      { from: 1, to: 2, at: 5, port: 22 },
    ]);
    expect(closed?.keys).toEqual(['10.0.0.1 > 10.0.0.2', '10.0.0.2 > 10.0.0.1', '10.0.0.1 > 10.0.0.2']);
    expect(Array.from(closed?.start ?? [])).toEqual([0, 0, 30 * MINUTE]);
    expect(Array.from(closed?.offsets ?? [])).toEqual([0, 2, 3, 4]);
    expect(Array.from(closed?.memberLine ?? [])).toEqual([1, 4, 3, 2]);
    expect(closed?.related).toEqual(['10.0.0.2', '10.0.0.1', '10.0.0.2']);
    expect(Array.from(closed?.values.subarray(7, 14) ?? [])).toEqual([6, 22, 0, 22, 10, 2, 1]);
  });

  it('close once event time has passed them by the lateness, and count what comes later', () => {
    const windows = new PairWindows(pairConfig.parse({ window: '30m', lateness: '10m' }));
    windows.add(
      batch([
        { from: 1, to: 2, at: 3 },
        { from: 1, to: 3, at: 39 },
      ]),
    );
    expect(windows.take()).toBeUndefined();
    windows.add(
      batch([
        { from: 1, to: 2, at: 29 },
        { from: 1, to: 3, at: 41 },
        { from: 1, to: 2, at: 28 },
      ]),
    );
    expect(windows.take()?.sizes).toEqual(Float64Array.of(2));
    expect(windows.counters()).toEqual({ late_for_pairs: 1, pairs_not_judged: 0 });
    windows.advance(71 * MINUTE);
    expect(windows.take()?.keys).toEqual(['10.0.0.1 > 10.0.0.3']);
  });

  it('draw some of many flows, and are bounded in number', () => {
    const flows = Array.from({ length: 500 }, (_, i) => ({ from: 1, to: 2, at: 1 + i / 100, port: 1000 + i }));
    const spoofed = Array.from({ length: 50 }, (_, i) => ({ from: 100 + i, to: 2, at: 2 }));
    const { windows, batch: closed } = windowsOf({ maxPairs: 20 }, [...flows, ...spoofed]);
    expect([closed?.rows, closed?.sizes[0], closed?.offsets[1]]).toEqual([20, 500, 10]);
    expect(windows.counters().pairs_not_judged).toBe(31);
    const ports = Array.from({ length: 10 }, (_, i) => closed?.values[i * 7 + 1] as number);
    expect(new Set(ports).size).toBe(10);
    // drawn from all over, not the first or the last ones
    expect(Math.min(...ports)).toBeLessThan(1150);
    expect(Math.max(...ports)).toBeGreaterThan(1350);
  });

  it('are the same for any batches and over restarts', () => {
    const random = seededRandom(3);
    const flows = Array.from({ length: 2000 }, (_, i) => ({
      from: Math.floor(random() * 9),
      to: 10 + Math.floor(random() * 5),
      at: i / 10 + random() * 20,
      port: Math.floor(random() * 2000),
      seconds: random() * 400,
    }));
    const whole = batch(flows);
    const run = (cut: () => number, restart: boolean) => {
      let windows = new PairWindows(pairConfig.parse({ lateness: '10m' }));
      const out: GroupBatch[] = [];
      for (let from = 0; from < flows.length; ) {
        const to = Math.min(flows.length, from + cut());
        windows.add(rowsOf(whole, from, to));
        const closed = windows.take();
        if (closed !== undefined) out.push(closed);
        from = to;
        if (!restart) continue;
        const again = new PairWindows(pairConfig.parse({ lateness: '10m' }));
        again.restore(windows.snapshot());
        windows = again;
      }
      windows.finish();
      out.push(windows.take() as GroupBatch);
      return concatGroups(out);
    };
    const expected = run(() => flows.length, false);
    expect(expected.rows).toBeGreaterThan(300);
    expect(run(() => 1, false)).toEqual(expected);
    expect(run(() => 1 + Math.floor(random() * 300), true)).toEqual(expected);
  });
});
