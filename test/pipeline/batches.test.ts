import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection } from '../../src/core/index.ts';
import { generatedLog } from './generated-log.ts';
import { makeLane, runLane } from './lane-under-test.ts';
import { batchesOf } from './records.ts';

const ARRIVAL = Date.UTC(2026, 0, 6) * 1000;
const session = { by: 'req-', idle: '10s', lateness: '1s' };
const make = () => makeLane({ features: { session }, learning: { sessions: 600 } });
/** Updates what is normal every minute of event time. */
const makeLearning = () => makeLane({ features: { session }, learning: { sessions: 600, every: '1m' } });

describe('one source, from records to detections', () => {
  const log = generatedLog(2000, 7);

  it('finds the sessions that are unlike the others', async () => {
    const whole = await runLane(make, batchesOf(log.lines, [100_000], ARRIVAL));
    expect(whole.events).toBe(log.lines.length);
    expect(log.abnormal.length).toBeGreaterThan(10);
    for (const id of log.abnormal) expect(whole.keys.some((key) => key.includes(id))).toBe(true);
    expect(whole.keys.length).toBeLessThanOrEqual(log.abnormal.length + 5);
  });

  it('gives the same bytes for any cut into batches, and across snapshots', async () => {
    const whole = await runLane(makeLearning, batchesOf(log.lines, [100_000], ARRIVAL));
    expect(whole.detections.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 7, max: 3000 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(40), { maxLength: 3 }),
        async (cuts, restore) => {
          const again = await runLane(makeLearning, batchesOf(log.lines, cuts, ARRIVAL), restore);
          expect(again.detections).toEqual(whole.detections);
        },
      ),
      { seed: 3, numRuns: 8 },
    );
  });

  it('keeps the last line, which waits for lines that may join it, over a restart before the end', async () => {
    const cut = log.lines.slice(0, 5003);
    const open = batchesOf(cut, [1000], ARRIVAL).map((batch) => ({ ...batch, last: false }));
    const whole = await runLane(make, open);
    const restarted = await runLane(make, open, [2, open.length]);
    expect(whole.events).toBe(cut.length);
    expect(restarted).toEqual(whole);
  });

  it('takes the last line of an input for whole a second after it came, while another input goes on', async () => {
    const lane = await makeLane({ parser: { format: 'timestamped' } });
    const [lines, text] = [log.lines.slice(0, 300), log.lines.slice(300, 310)];
    const quiet = batchesOf([...text, '  at core.Work (work.js:1)'], [11], ARRIVAL, 'quiet.log').map((batch) => ({
      ...batch,
      last: false,
    }));
    const rowsOf = ({ events }: { events: readonly { batch: { rows: number } }[] }) =>
      events.reduce((sum, { batch }) => sum + batch.rows, 0);
    expect(rowsOf(await lane.elapse(ARRIVAL))).toBe(0);
    for (const batch of quiet) expect(rowsOf(await lane.process(batch))).toBe(9);
    const later = ARRIVAL + 900_000;
    for (const batch of batchesOf(lines, [100_000], later)) await lane.process({ ...batch, last: false });
    expect(rowsOf(await lane.elapse(later))).toBe(0);
    const { events } = await lane.elapse(ARRIVAL + 1_000_000);
    expect(rowsOf({ events })).toBe(1);
    expect(events[0]?.batch.origin.input).toBe('quiet.log');
    expect(rowsOf(await lane.elapse(later + 1_000_000))).toBe(1);
    expect(rowsOf(await lane.elapse(later + 9_000_000))).toBe(0);
  });

  it('finds the same session key on its own, wherever batches end', async () => {
    const auto = () => makeLane({ features: { session: { idle: '10s' } }, learning: { sessions: 600, lines: 500 } });
    const whole = await runLane(auto, batchesOf(log.lines, [100_000], ARRIVAL));
    const cut = await runLane(auto, batchesOf(log.lines, [333, 1], ARRIVAL));
    expect(whole.detections.length).toBeGreaterThan(0);
    expect(cut.detections).toEqual(whole.detections);
  });

  it('never learns what it flagged, nor its near copies, however often it updates', async () => {
    const early = () => makeLane({ features: { session }, learning: { sessions: 200, every: '20s' } });
    const { detections } = await runLane(early, batchesOf(log.lines, [1000], ARRIVAL));
    const scores = detections
      .map((text) => JSON.parse(text) as Detection)
      .filter(({ key }) => log.abnormal.some((id) => key.includes(id)))
      .map(({ score }) => score);
    expect(scores).toHaveLength(log.abnormal.length);
    expect(Math.min(...scores)).toBeGreaterThan(0.5 * (scores[0] as number));
  });

  it('tells of first occurrences and of volume, whatever the batches and across snapshots', async () => {
    const streams = () => makeLane({}, ['novelty', 'rate']);
    const start = Date.UTC(2026, 0, 5);
    const lines = Array.from({ length: 20_000 }, (_, i) => {
      const at = new Date(start + i * 4_000 + (i > 15_000 ? (i - 15_000) * -3_950 : 0)).toISOString();
      return i === 12_000 ? `${at} INFO core.Dump: core image of worker written` : `${at} INFO core.Work: job done in ${(i * 7) % 50} ms`;
    });
    const sorted = (one: { detections: readonly string[] }) => [...one.detections].sort();
    const whole = await runLane(streams, batchesOf(lines, [100_000], ARRIVAL));
    const detectors = new Set(whole.detections.map((text) => (JSON.parse(text) as Detection).detector));
    expect(detectors).toEqual(new Set(['novelty', 'rate']));
    expect(whole.detections.some((text) => text.includes('core image of worker written'))).toBe(true);
    expect(whole.detections.length).toBeLessThanOrEqual(8);
    for (const cuts of [[1000], [377, 4001]]) {
      const again = await runLane(streams, batchesOf(lines, cuts, ARRIVAL), [3, 5]);
      expect(sorted(again)).toEqual(sorted(whole));
    }
  });

  it('tells people of the same findings wherever batches end: in the first minute of a detector, and hours later', async () => {
    const all = () => makeLane({ features: { session }, learning: { sessions: 600 } }, ['sequence', 'novelty', 'rate']);
    const hours = [0, 1, 2, 3].map((hour) => generatedLog(750 + hour, 7, 5, Date.UTC(2026, 0, 5, hour, 20)));
    const lines = hours.flatMap((one) => one.lines);
    const whole = await runLane(all, batchesOf(lines, [100_000], ARRIVAL));
    expect(whole.told.length).toBeGreaterThan(0);
    expect(whole.told.length).toBeLessThan(whole.detections.length);
    for (const cuts of [[1000], [377, 4001], [50], [3300, 3, 17]]) {
      const again = await runLane(all, batchesOf(lines, cuts, ARRIVAL), [3, 5]);
      expect(again.told).toEqual(whole.told);
    }
  });

  it('puts a line from 2099 aside and goes on', async () => {
    const at = 3000;
    const hostile = [
      ...log.lines.slice(0, at),
      '2099-01-01 00:00:00.000 INFO service.Gate: accepted request req-ffff from 10.0.0.1',
      ...log.lines.slice(at),
    ];
    const whole = await runLane(make, batchesOf(log.lines, [1000], ARRIVAL));
    const attacked = await runLane(make, batchesOf(hostile, [1000], ARRIVAL));
    expect(attacked.dead).toEqual([`${at + 1}: its time 2099-01-01T00:00:00Z lies in the future of its arrival`]);
    expect(attacked.events).toBe(log.lines.length);
    expect(attacked.keys).toEqual(whole.keys);
  });

  it('gives back-filled history windows of its own and leaves the live ones alone', async () => {
    const older = generatedLog(400, 9, 60, Date.UTC(2025, 11, 1));
    const lane = await make();
    const live = batchesOf(log.lines, [1000], ARRIVAL);
    const history = batchesOf(older.lines, [700], ARRIVAL, 'old.log');
    for (const [index, batch] of live.entries()) {
      await lane.process({ ...batch, last: false });
      const before = lane.watermark.value;
      const old = history[index];
      if (old === undefined) continue;
      await lane.process(old);
      expect(lane.watermark.value).toBe(before);
    }
    expect(lane.counters.backfilled).toBe(older.lines.length);
    expect(lane.counters.late).toBe(0);
    await lane.end();
    expect(lane.counters.units).toBe(2400);
  });
});
