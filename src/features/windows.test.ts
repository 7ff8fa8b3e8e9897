import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SequenceBatch, SeriesBatch, Template } from '../core/index.ts';
import { type LogLine, logBatch } from '../testing/log-batch.ts';
import { featureHash, windowConfig } from './definition.ts';
import { Observer, observationConfig } from './observations.ts';
import { chooseSequences } from './sessions.ts';
import { VolumeCounter, volumeConfig } from './volume.ts';
import { Windower } from './windower.ts';

const templates: Template[] = ['start', 'user <*> from <*>', 'stop'].map((text, i) => ({ id: `t${i}`, text, count: 1 }));

const line = (seconds: number, template = 0, host = 'web1'): LogLine => ({
  message: templates[template]?.text ?? '',
  template,
  time: seconds * 1e6,
  host,
  component: 'app',
});

function windows(lines: readonly LogLine[], config: Record<string, unknown>, batchSize = lines.length): SequenceBatch[] {
  const windower = new Windower(windowConfig.parse(config));
  const out: SequenceBatch[] = [];
  const stored: Record<string, Uint8Array> = {};
  const take = () => {
    const batch = windower.take();
    if (batch !== undefined) out.push(batch);
  };
  for (let from = 0; from < lines.length; from += batchSize) {
    windower.add(logBatch(lines.slice(from, from + batchSize), { firstLine: from + 1 }), templates);
    take();
    Object.assign(stored, windower.snapshot());
    windower.restore(stored);
  }
  windower.finish();
  take();
  return out;
}

const rows = (batches: readonly SequenceBatch[]) =>
  batches.flatMap((batch) =>
    batch.keys.map((key, row) => {
      const [from, to] = [batch.offsets[row] as number, batch.offsets[row + 1] as number];
      return `${key} ${batch.eventLine?.subarray(from, to).join(',')} ${Array.from(batch.codes.subarray(from, to), (code) => batch.vocabulary[code]).join(',')}`;
    }),
  );

describe('windows', () => {
  it('part lines by time, host and component, half-open', () => {
    expect(rows(windows([line(0), line(59), line(60, 2), line(61, 1, 'web2')], { size: '1m' }))).toEqual([
      'web1/app@1970-01-01T00:00:00Z 1,2 t0,t0',
      'web1/app@1970-01-01T00:01:00Z 3 t2',
      'web2/app@1970-01-01T00:01:00Z 4 t1',
    ]);
  });

  it('are left out where the input ended in their first half, unless there are no others', () => {
    const whole = (seconds: number) => {
      const windower = new Windower(windowConfig.parse({ size: '1m' }));
      windower.add(logBatch([line(0), line(seconds)]), templates);
      windower.finish(true);
      return windower.take()?.rows;
    };
    expect([whole(20), whole(65), whole(95)]).toEqual([1, 1, 2]);
  });

  it('overlap when they slide', () => {
    expect(rows(windows([line(70), line(100)], { size: '1m', slide: '30s', lateness: '0s' }))).toEqual([
      'web1/app@1970-01-01T00:00:30Z 1 t0',
      'web1/app@1970-01-01T00:01:00Z 1,2 t0,t0',
      'web1/app@1970-01-01T00:01:30Z 2 t0',
    ]);
  });

  it('are handed over again, whole, for a late line, and not after the lateness', () => {
    const lines = [line(0), line(70, 2), line(5, 1), line(200, 2), line(6, 1)];
    expect(rows(windows(lines, { size: '1m', lateness: '1m' }))).toEqual([
      'web1/app@1970-01-01T00:00:00Z 1 t0',
      'web1/app@1970-01-01T00:00:00Z 1,3 t0,t1',
      'web1/app@1970-01-01T00:01:00Z 2 t2',
      'web1/app@1970-01-01T00:03:00Z 4 t2',
    ]);
  });

  it('do not depend on batches and snapshots, and lose no line in time', () => {
    const events = fc.array(fc.tuple(fc.integer({ min: -20, max: 60 }), fc.nat(2), fc.constantFrom('a', 'b')), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 20 }), (steps, size) => {
        let time = 1000;
        const lines = steps.map(([step, template, host]) => {
          time += step;
          return line(time, template, host);
        });
        const config = { size: '1m', slide: '20s', lateness: '10s', maxOpen: 50, maxEvents: 5 };
        expect(rows(windows(lines, config, size))).toEqual(rows(windows(lines, config)));
        const all = windows(lines, { size: '1m', lateness: '1h' });
        const seen = new Set(all.flatMap((batch) => Array.from(batch.eventLine ?? [])));
        expect(seen.size).toBe(lines.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('volume', () => {
  const counted = (lines: readonly LogLine[], batchSize = lines.length, withLines = false) => {
    const volume = new VolumeCounter(volumeConfig.parse({ bin: '1m', lateness: '0s' }));
    const out: string[] = [];
    const take = (batch: SeriesBatch | undefined) => {
      for (let row = 0; row < (batch?.rows ?? 0); row++) {
        const shown = `${batch?.series[batch.code[row] as number]} ${(batch?.start[row] as number) / 60e6} ${batch?.value[row]}`;
        out.push(withLines ? `${shown}: ${batch?.evidence?.[row]?.map(({ line: number }) => number).join(' ')}` : shown);
      }
    };
    for (let from = 0; from < lines.length; from += batchSize) {
      volume.add(logBatch(lines.slice(from, from + batchSize), { firstLine: from + 1 }), templates);
      take(volume.take());
      volume.restore(volume.snapshot());
    }
    volume.finish();
    take(volume.take());
    return out.sort();
  };

  it('counts source, hosts and templates, intervals without a line included', () => {
    expect(counted([line(0), line(1, 2), line(185)])).toEqual(
      [
        ...['source test 0 2', 'source test 1 0', 'source test 2 0', 'source test 3 1'],
        ...['host web1 0 2', 'host web1 1 0', 'host web1 2 0', 'host web1 3 1'],
        ...['template t0 0 1', 'template t0 1 0', 'template t0 2 0', 'template t0 3 1'],
        ...['template t2 0 1', 'template t2 1 0', 'template t2 2 0', 'template t2 3 0'],
      ].sort(),
    );
  });

  it('does not depend on batches and snapshots, also where lines are out of order', () => {
    const lines = fc.array(fc.tuple(fc.nat(900), fc.nat(2), fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 9 }), (rows, batchSize) => {
        const made = rows.map(([seconds, template, host], i) => line(i * 10 + seconds, template, host));
        expect(counted(made, batchSize, true)).toEqual(counted(made, made.length, true));
      }),
    );
  });

  it('shows the first lines of an interval and its last, of a silence the last line before it', () => {
    const lines = [...Array.from({ length: 9 }, (_, i) => line(i)), line(185)];
    const source = counted(lines, 4, true).filter((text) => text.startsWith('source'));
    expect(source).toEqual(['source test 0 9: 1 2 3 4 5 9', 'source test 1 0: 9', 'source test 2 0: 9', 'source test 3 1: 10']);
  });

  it('counts no line before the first one with a time', () => {
    const undated = { ...line(0), time: Number.NaN };
    expect(counted([undated, undated])).toEqual([]);
    expect(counted([undated, line(600), { ...undated }]).filter((text) => text.startsWith('source'))).toEqual(['source test 10 2']);
  });

  it('counts lines of an error class among all of an interval, for the source and each template, also where there are none', () => {
    const entry = (seconds: number, status: string, template = 0): LogLine => ({ ...line(seconds, template), fields: { Status: status } });
    const volume = new VolumeCounter(volumeConfig.parse({ bin: '1m', lateness: '0s' }));
    volume.add(logBatch([entry(0, '200'), entry(1, '502'), entry(2, '404', 1), entry(3, '5'), entry(130, '200')]), templates);
    volume.finish();
    const batch = volume.take() as SeriesBatch;
    const kinds = Array.from({ length: batch.rows }, (_, row) => row).filter((row) => !Number.isNaN(batch.whole?.[row] as number));
    expect(
      kinds.map(
        (row) =>
          `${batch.series[batch.code[row] as number]} ${(batch.start[row] as number) / 60e6}: ${batch.value[row]} of ${batch.whole?.[row]}`,
      ),
    ).toEqual([
      'status 4xx of source test 0: 1 of 4',
      'status 5xx of source test 0: 1 of 4',
      'status 5xx of template t0 0: 1 of 3',
      'status 5xx of template t1 0: 0 of 1',
      'status 4xx of source test 2: 0 of 1',
      'status 5xx of source test 2: 0 of 1',
      'status 5xx of template t0 2: 0 of 1',
    ]);
    expect(batch.evidence?.[kinds[1] as number]?.map(({ line: number }) => number)).toEqual([2]);
  });

  it('does not depend on batches where the first lines say nothing of their outcome', () => {
    const lines = [line(0), line(70), { ...line(130), level: 'INFO' }, { ...line(200), level: 'ERROR' }, line(270)];
    expect(counted(lines, 1)).toEqual(counted(lines));
    expect(counted(lines).filter((row) => row.startsWith('errors'))).toEqual([
      'errors of source test 2 0',
      'errors of source test 3 1',
      'errors of source test 4 0',
    ]);
  });

  it('counts errors by level where lines have no status', () => {
    const volume = new VolumeCounter(volumeConfig.parse({ bin: '1m', lateness: '0s' }));
    volume.add(
      logBatch([
        { ...line(0), level: 'INFO' },
        { ...line(1), level: 'ERROR' },
        { ...line(2), level: 'fatal' },
      ]),
      templates,
    );
    volume.finish();
    const batch = volume.take() as SeriesBatch;
    const at = batch.series.indexOf('errors of source test');
    const row = batch.code.indexOf(at);
    expect([batch.value[row], batch.whole?.[row]]).toEqual([2, 3]);
  });

  it('shows silence when time goes on without lines', () => {
    const volume = new VolumeCounter(volumeConfig.parse({ bin: '1m', lateness: '0s' }));
    volume.add(logBatch([line(0)]), templates);
    volume.advance(180e6);
    expect(Array.from(volume.take()?.value ?? [])).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });
});

describe('observations', () => {
  it('name templates, components, values, users, addresses and pairs, with their lines', () => {
    const observer = new Observer(observationConfig.parse({}));
    const entry: LogLine = { ...line(1, 1), message: 'user root from 10.0.0.7 host7 8080' };
    const batch = observer.observe(logBatch([line(0), entry]), templates);
    const seen = Array.from({ length: batch.rows }, (_, row) =>
      [
        batch.entities[batch.entity[row] as number],
        batch.fields[batch.field[row] as number],
        batch.values[batch.value[row] as number],
        batch.line[row],
      ].join(' | '),
    );
    expect(seen).toEqual([
      'web1 | template | t0 | 1',
      'web1 | component | app | 1',
      'web1 | template | t1 | 2',
      'web1 | component | app | 2',
      'web1 | parameter 2 of t1 | host7 | 2',
      'web1 | user | root | 2',
      'web1 | address | 10.0.0.7 | 2',
      'root | address of user | 10.0.0.7 | 2',
    ]);
    expect(batch.valueText?.[batch.values.indexOf('t1')]).toBe('user <*> from <*>');
  });
});

describe('feature hash', () => {
  it('is the same for equal definitions and another for others', () => {
    expect(featureHash({ a: 1, b: 2 })).toBe(featureHash({ b: 2, a: 1 }));
    expect(chooseSequences([], { mode: 'window' }).hash).not.toBe(chooseSequences([], { mode: 'window', window: { size: 1e6 } }).hash);
    expect(chooseSequences([], { session: { by: 'blk_' } }).hash).not.toBe(chooseSequences([], { session: { by: 'pid' } }).hash);
  });
});
