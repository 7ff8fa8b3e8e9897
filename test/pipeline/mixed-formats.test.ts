import { describe, expect, it } from 'vitest';
import type { RecordBatch } from '../../src/core/index.ts';
import { generatedLog } from './generated-log.ts';
import { makeLane, runLane } from './lane-under-test.ts';
import { batchesOf } from './records.ts';

const START = Date.UTC(2026, 0, 5);
const ARRIVAL = Date.UTC(2026, 0, 6) * 1000;
const app = generatedLog(2000, 7);
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const access = Array.from({ length: 3000 }, (_, i) => {
  const at = new Date(START + i * 250);
  const day = `${String(at.getUTCDate()).padStart(2, '0')}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `10.0.0.${i % 50} - - [${day}:${at.toISOString().slice(11, 19)} +0000] "GET /page/${i % 20} HTTP/1.1" 200 ${i % 900} "-" "Mozilla/5.0"`;
});

/** Inputs whose batches come in turn. */
function inTurn(inputs: Readonly<Record<string, readonly string[]>>, cut: number): RecordBatch[] {
  const all = Object.entries(inputs).map(([input, lines]) => batchesOf(lines, [cut], ARRIVAL, input));
  const most = Math.max(...all.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => all.flatMap((batches) => batches[i] ?? [])).flat();
}

const make = () => makeLane({ features: { session: { by: 'req-', idle: '10s', lateness: '1s' } }, learning: { sessions: 600 } });

describe('a source whose inputs are logs of several formats', () => {
  const inputs = { 'app.log': app.lines, 'access.log': access };

  it('reads each by its own format and judges each by itself, as if it were alone', async () => {
    const alone = await runLane(make, batchesOf(app.lines, [500], ARRIVAL));
    expect(alone.detections.length).toBeGreaterThan(10);
    const { dead, events, detections } = await runLane(make, inTurn(inputs, 500));
    expect(dead).toEqual([]);
    expect(events).toBe(app.lines.length + access.length);
    expect(detections.filter((text) => text.includes('app.log'))).toEqual(alone.detections);
  });

  it('gives the same for any cut into batches and across restarts', async () => {
    const sorted = ({ detections }: { detections: readonly string[] }) => [...detections].sort();
    const whole = await runLane(make, inTurn(inputs, 100_000));
    for (const [cut, restarts] of [
      [700, []],
      [311, [1, 2, 9]],
    ] as const) {
      const again = await runLane(make, inTurn(inputs, cut), restarts);
      expect(again.dead).toEqual([]);
      expect(sorted(again)).toEqual(sorted(whole));
    }
  });

  it('reads one input with lines of several formats whole, the same for any cut and across restarts', async () => {
    const lines = access.flatMap((line, i) => {
      const at = new Date(START + i * 250).toISOString().slice(0, 19);
      if (i % 40 === 3) return [line, `${at.replace('T', ' ').replaceAll('-', '/')} [error] 7#7: *${i} open() "/x${i}" failed`];
      if (i % 300 === 7) return [line, `worker ${i} exited on signal 9`];
      return i > 2000 ? [`{"time":"${at}Z","status":200,"msg":"GET /page/${i % 20} done"}`] : [line];
    });
    const whole = await runLane(make, inTurn({ 'access.log': lines }, 100_000));
    expect([whole.dead, whole.events]).toEqual([[], lines.length]);
    for (const [cut, restarts] of [
      [700, []],
      [97, [1, 2, 9, 30]],
    ] as const) {
      const again = await runLane(make, inTurn({ 'access.log': lines }, cut), restarts);
      expect([again.dead, again.events]).toEqual([[], lines.length]);
      expect([...again.detections].sort()).toEqual([...whole.detections].sort());
    }
  });

  it('knows a rotated file by its first line', async () => {
    const lane = await make();
    const few = { 'app.log': app.lines.slice(0, 1200), 'access.log': access.slice(0, 1200) };
    for (const batch of inTurn(few, 400)) await lane.process({ ...batch, last: false });
    const [rotated] = batchesOf(access.slice(1200, 1201), [1], ARRIVAL, 'access.log.1');
    const { events } = await lane.process({ ...(rotated as RecordBatch), last: false });
    expect(events.map(({ batch }) => batch.rows)).toEqual([1]);
    expect(lane.feature).toMatch(/access-combined: .*; timestamped: /);
    const detectors = lane.scorers.map(({ options }) => options.detector);
    expect(detectors).toEqual(['sequence', 'sequence']);
  });

  it('loses nothing of more formats than it has lanes for: those beyond are plain lines', async () => {
    const lane = await make();
    const lines = [
      'Jan  5 10:00:00 web1 app[7]: started',
      '<34>1 2026-01-05T10:00:00Z web1 app 7 ID1 - started',
      access[0] as string,
      '{"@timestamp":"2026-01-05T10:00:00Z","message":"started"}',
      'time=2026-01-05T10:00:00Z level=info msg="started up" n=1',
      'CEF:0|v|p|1|100|started|3|src=10.0.0.1 rt=1767607200000',
      '2026/01/05 10:00:00 [error] 7#7: *1 open() "/x" failed',
      '2026-01-05T10:00:00.000000000Z stdout F started',
      '2026-01-05 10:00:00,000 INFO org.apache.hadoop.Work: started',
      '081109 203518 143 INFO dfs.DataNode$DataXceiver: started',
      'no header at all',
    ];
    let rows = 0;
    for (const [i, line] of lines.entries()) {
      const [batch] = batchesOf([line, line, line], [3], ARRIVAL, `${i}.log`);
      const { events, dead } = await lane.process(batch as RecordBatch);
      expect(dead).toEqual([]);
      rows += events.reduce((sum, { batch: { rows: own } }) => sum + own, 0);
    }
    expect(rows).toBe(3 * lines.length);
    expect(lane.scorers.length).toBe(9);
    expect(lane.feature).toMatch(/^syslog: /);
  });

  it('recognises JSON records that came without line ends between them', async () => {
    const lane = await make();
    const records = Array.from({ length: 3 }, (_, i) =>
      new TextEncoder().encode(JSON.stringify({ '@timestamp': new Date(START + i), message: `m ${i}` })),
    );
    const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
    const ends = new Uint32Array(records.length);
    records.reduce((at, record, i) => {
      bytes.set(record, at);
      ends[i] = at + record.length;
      return at + record.length;
    }, 0);
    await lane.process({ input: 'http', generation: 'g', offset: 0, line: 1, bytes, ends, arrival: ARRIVAL, last: false });
    const { events, dead } = await lane.end();
    expect(dead).toEqual([]);
    expect(events.flatMap(({ batch }) => [...(batch as { time: Float64Array }).time])).toEqual([0, 1, 2].map((i) => (START + i) * 1000));
  });
});
