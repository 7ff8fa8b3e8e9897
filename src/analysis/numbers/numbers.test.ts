import { describe, expect, it } from 'vitest';
import { type LogBatch, type RecordBatch, seededRandom, type Template } from '../../core/index.ts';
import { createLogParser } from '../../parsers/index.ts';
import { measureBetween, measuredValue, measureOfKey, measureText } from './measure.ts';
import { NumberAnalysis } from './number-analysis.ts';
import { ValueHistory } from './value-history.ts';

const PROMISE = 0.001;
const stamp = (i: number) => new Date(Date.UTC(2026, 2, 1, 10) + i * 1000).toISOString().slice(0, 19);

function batchOf(lines: readonly string[], format: string): { batch: LogBatch; templates: readonly Template[] } {
  const parser = createLogParser({ format });
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const records: RecordBatch = { input: 'a.log', generation: 'g', offset: 0, line: 1, bytes, arrival: 0, last: true };
  return { batch: parser.parse(records, 's', () => {}), templates: parser.templates };
}

function analysed(lines: readonly string[], format: string, labels: ConstructorParameters<typeof NumberAnalysis>[2] = []) {
  const { batch, templates } = batchOf(lines, format);
  const analysis = new NumberAnalysis('a.log', PROMISE, labels);
  analysis.add(batch, templates);
  return analysis.summary();
}

/** Request times of 1 to 30 ms, three of them a thousand times as long. */
const slow = (i: number) => (i >= 1500 && i < 1503 ? 4200 + i : 1 + ((i * 7) % 30));

describe('what a number measures', () => {
  it.each([
    ['request done in ', ' ms', 'ms'],
    ['took=', '', ''],
    ['elapsed time: ', 's', 's'],
    ['of size ', ' from /10.0.0.1', ''],
    ['sent ', ' bytes to', 'bytes'],
  ])('is told by the text around it: %s<*>%s', (before, after, unit) => {
    expect(measureBetween(before, after)?.unit).toBe(unit);
  });

  it('is not told of ports, identifiers, addresses and times', () => {
    for (const before of ['port ', 'pid=', 'block blk_', 'user u', 'id: ', 'from 10.0.0.', 'time=', 'at line ']) {
      expect(measureBetween(before, '')).toBeUndefined();
    }
    expect(['port', 'user_id', 'status', 'pid', 'timestamp', 'seq'].map(measureOfKey)).toEqual(Array(6).fill(undefined));
    expect(['duration_ms', 'responseTime', 'bytes', 'elapsed'].map((key) => measureOfKey(key)?.unit)).toEqual(['ms', '', 'bytes', '']);
  });

  it('has its unit beside it or on it, and is shown in one that is easy to read', () => {
    expect(measuredValue('44.1', 'ms')).toEqual({ value: 0.0441, unit: 's' });
    expect(measuredValue('1.5s', '')).toEqual({ value: 1.5, unit: 's' });
    expect(measuredValue('17', 'rows')).toEqual({ value: 17, unit: 'rows' });
    expect(measuredValue('12:30', 'ms')).toBeUndefined();
    expect([measureText(4.2, 's'), measureText(0.03, 's'), measureText(9e8, 'B'), measureText(4096, 'rows')]).toEqual([
      ...['4.2 s', '30 ms', '900 MB', '4,100 rows'],
    ]);
  });
});

describe('numbers of lines against their own history', () => {
  it.each([
    ['timestamped', (i: number) => `${stamp(i)} INFO request ${i} done in ${slow(i)} ms`],
    ['logfmt', (i: number) => `time=${stamp(i)}Z level=info msg="request done" duration=${slow(i)}ms user=u${i % 9}`],
    ['json', (i: number) => `{"time":"${stamp(i)}Z","msg":"request done","path":"/p","duration_ms":${slow(i)}}`],
    [
      'access-combined',
      (i: number) =>
        `10.0.0.1 - - [01/Mar/2026:10:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')} +0000] "GET /p HTTP/1.1" 200 512 "-" "x" ${slow(i) / 1000}`,
    ],
  ])('are told where they are a thousand times as large, in %s lines', (format, line) => {
    const { findings, flagged } = analysed(
      Array.from({ length: 2000 }, (_, i) => line(i)),
      format,
    );
    expect([findings.length, flagged]).toEqual([1, 1]);
    const { title, evidence, explanation } = findings[0]?.detection ?? { title: '', evidence: [], explanation: undefined };
    expect(evidence.map(({ line: at }) => at)).toEqual([1501, 1502, 1503]);
    if (format === 'access-combined') return;
    expect(title).toMatch(/^5\.7 s where 1 ms to 30 ms are usual: .*and 2 more like it/);
    expect(explanation?.why).toMatch(/^1,500 values came before it\. Of the last 1,024 of them 98 in 100 lay between 1 ms and 30 ms/);
  });

  it('tell of an answer of 900 MB where 1 to 100 kB are usual, also of a path with few requests', () => {
    const line = (i: number) =>
      `10.0.0.1 - - [01/Mar/2026:10:00:00 +0000] "GET /path${i % 2 === 0 ? '' : `/${i % 50}/x`} HTTP/1.1" 200 ${i === 900 ? 9e8 : 1000 + ((i * 7919) % 99_000)} "-" "x"`;
    const { findings } = analysed(
      Array.from({ length: 1000 }, (_, i) => line(i)),
      'access-combined',
    );
    expect(findings.map(({ detection }) => [detection.title.slice(0, 6), detection.evidence[0]?.line])).toEqual([['900 MB', 901]]);
  });

  it('are not told again where a label calls them normal', () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `${stamp(i)} INFO request done in ${slow(i)} ms`);
    const [found] = analysed(lines, 'timestamped').findings;
    const label = { alertId: 'a', verdict: 'false-positive' as const, entity: 'a.log', row: found?.row as Uint8Array };
    expect(analysed(lines, 'timestamped', [label]).findings).toEqual([]);
  });

  it('become what is usual once they stay', () => {
    const history = new ValueHistory();
    for (let i = 0; i < 500; i++) history.take(1 + (i % 30), 1e-4);
    const told = Array.from({ length: 1000 }, (_, i) => history.take(4000 + (i % 900), 1e-4)).filter((one) => one !== undefined);
    expect(told.length).toBe(200);
  });

  it('keep the promise for many kinds of numbers, also with heavy tails', () => {
    const random = seededRandom(3);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const kinds: Record<string, () => number> = {
      constant: () => 7,
      uniform: () => 1 + 29 * random(),
      exponential: () => -Math.log(1 - random()) * 20,
      lognormal: () => Math.exp(2 + 1.5 * normal()),
      pareto2: () => (1 - random()) ** -0.5,
      pareto1: () => 1 / (1 - random()),
      mostlyZero: () => (random() < 0.9 ? 0 : -Math.log(1 - random()) * 5),
      twoKinds: () => (random() < 0.9 ? 5 + random() : 500 * (1 + random())),
    };
    const series = 250;
    const values = 2000;
    const flagged = Object.entries(kinds).map(([name, draw]) => {
      let count = 0;
      for (let s = 0; s < series; s++) {
        const history = new ValueHistory();
        let least = 1;
        for (let i = 0; i < values; i++) least = Math.min(least, history.take(draw(), 1e-4)?.pValue ?? 1);
        if (least * values <= PROMISE) count++;
      }
      return [name, count] as const;
    });
    expect(flagged.filter(([, count]) => count > 1)).toEqual([]);
  });
});
