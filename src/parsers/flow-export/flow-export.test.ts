import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, type DictColumn, dictAt, type EventBatch, type RecordBatch, type TextColumn, textAt } from '../../core/index.ts';
import { FlowExportParser } from './index.ts';

/** Big-endian bytes: [value, size] pairs, or raw bytes. */
function bytes(...parts: readonly (readonly [number, 1 | 2 | 4 | 8] | readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (part instanceof Uint8Array || part.length !== 2 || ![1, 2, 4, 8].includes(part[1] as number)) return [...part];
      const [value, size] = part as readonly [number, number];
      return Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);
    }),
  );
}

const address = (text: string) => Uint8Array.from(text.split('.').map(Number));

const ARRIVAL = 1_000_061e6;

function records(datagrams: readonly Uint8Array[], arrival = ARRIVAL, input = 'flow-export/192.0.2.1'): RecordBatch {
  const ends: number[] = [];
  let end = 0;
  for (const datagram of datagrams) {
    end += datagram.length;
    ends.push(end);
  }
  return {
    input,
    generation: 'g',
    offset: 0,
    line: 1,
    bytes: bytes(...datagrams),
    ends: Uint32Array.from(ends),
    arrival,
    last: false,
  };
}

function read(datagrams: readonly Uint8Array[], parser = new FlowExportParser('net'), arrival = ARRIVAL) {
  const dead: DeadLetter[] = [];
  const [batch] = parser.parse(records(datagrams, arrival), (letter) => dead.push(letter));
  return { batch, dead, parser };
}

function flow(batch: EventBatch | undefined, row = 0) {
  const column = (name: string) => batch?.columns[name];
  const number = (name: string) => (column(name) as Float64Array)[row];
  const ip = (name: string) => (column(name) as Uint8Array).slice(16 * row, 16 * row + 16);
  return {
    time: number('time'),
    duration: number('durationMicros'),
    from: [...ip('sourceAddress').slice(12), number('sourcePort')],
    to: [...ip('destinationAddress').slice(12), number('destinationPort')],
    protocol: number('protocol'),
    forward: [number('forwardPackets'), number('forwardBytes')],
    backward: [number('backwardPackets'), number('backwardBytes')],
    state: dictAt(column('state') as DictColumn, row),
    attributes: JSON.parse(textAt(column('attributes') as TextColumn, row)) as Record<string, unknown>,
  };
}

/** The exporter started at second 1,000,000; the datagram leaves 60 s later. */
const v5 = (sequence: number, sampling = 0, count = 1) =>
  bytes(
    ...[[5, 2] as const, [count, 2] as const, [60_000, 4] as const, [1_000_060, 4] as const, [0, 4] as const, [sequence, 4] as const],
    ...[
      [0, 2] as const,
      [sampling, 2] as const,
      address('10.0.0.1'),
      address('10.0.0.2'),
      [0, 4] as const,
      [3, 2] as const,
      [4, 2] as const,
    ],
    ...[[7, 4] as const, [4200, 4] as const, [50_000, 4] as const, [52_500, 4] as const, [40_000, 2] as const, [443, 2] as const],
    ...[[0, 1] as const, [0x1b, 1] as const, [6, 1] as const, [0, 1] as const, [0, 4] as const, [0, 4] as const],
  );

describe('NetFlow 5', () => {
  it('gives a flow with its times, counts and flags', () => {
    const { batch, dead } = read([v5(100)]);
    expect(dead).toEqual([]);
    expect(flow(batch)).toEqual({
      time: 1_000_050e6,
      duration: 2_500_000,
      from: [10, 0, 0, 1, 40_000],
      to: [10, 0, 0, 2, 443],
      protocol: 6,
      forward: [7, 4200],
      backward: [0, 0],
      state: 'one-way fin',
      attributes: { exporter: '192.0.2.1', format: 'netflow5', tcpFlags: 0x1b, inputInterface: 3, outputInterface: 4 },
    });
  });

  it('scales by the sampling it announces, counts what was lost, and puts aside what lies about its length', () => {
    const { batch, dead, parser } = read([v5(100, 0x4000 + 10), v5(104, 0x4000 + 10), v5(105, 0, 30)]);
    expect(flow(batch).forward).toEqual([70, 42_000]);
    expect(parser.counters()).toMatchObject({ datagrams: 3, flows: 2, lost: 3, dead: 1 });
    expect(dead[0]?.reason).toMatch(/^no flow export: .* are left$/);
  });
});

const V9_TEMPLATE = bytes(
  [0, 2],
  [28, 2],
  [256, 2],
  [5, 2],
  [8, 2],
  [4, 2],
  [12, 2],
  [4, 2],
  [4, 2],
  [1, 2],
  [1, 2],
  [4, 2],
  [22, 2],
  [4, 2],
);
const V9_DATA = bytes([256, 2], [24, 2], address('10.0.0.1'), address('10.0.0.2'), [17, 1], [999, 4], [30_000, 4], [0, 2], [0, 1]);
const v9 = (sequence: number, ...sets: readonly Uint8Array[]) =>
  bytes([9, 2], [sets.length, 2], [60_000, 4], [1_000_060, 4], [sequence, 4], [1, 4], ...sets);

describe('NetFlow 9', () => {
  it('reads data by the template that came before, also in an earlier datagram and over a restart', () => {
    const first = read([v9(1, V9_DATA), v9(2, V9_TEMPLATE)]);
    expect(first.batch).toBeUndefined();
    expect(first.parser.counters()).toMatchObject({ sets_without_template: 1, templates: 1 });
    const again = new FlowExportParser('net');
    again.restore(first.parser.snapshot());
    const { batch } = read([v9(3, V9_DATA)], again);
    expect(flow(batch)).toMatchObject({ time: 1_000_030e6, from: [10, 0, 0, 1, -1], to: [10, 0, 0, 2, -1], protocol: 17 });
    expect(flow(batch).forward[1]).toBe(999);
  });

  it('scales by sampling that options announce', () => {
    const options = bytes([1, 2], [18, 2], [257, 2], [4, 2], [4, 2], [1, 2], [4, 2], [34, 2], [4, 2]);
    const announced = bytes([257, 2], [12, 2], [5, 4], [100, 4]);
    const { batch } = read([v9(1, V9_TEMPLATE, options), v9(2, announced), v9(3, V9_DATA)]);
    expect(flow(batch).forward[1]).toBe(99_900);
  });
});

describe('IPFIX', () => {
  const ipfix = (sequence: number, ...sets: readonly Uint8Array[]) => {
    const body = bytes(...sets);
    return bytes([10, 2], [16 + body.length, 2], [1_000_060, 4], [sequence, 4], [1, 4], body);
  };

  it('reads both directions, enterprise fields, variable lengths and milliseconds', () => {
    const fields = bytes(
      ...[[8, 2] as const, [4, 2] as const, [12, 2] as const, [4, 2] as const, [1, 2] as const, [8, 2] as const],
      ...[[0x8001, 2] as const, [8, 2] as const, [29_305, 4] as const, [0x8063, 2] as const, [65_535, 2] as const, [9, 4] as const],
      ...[[152, 2] as const, [8, 2] as const, [153, 2] as const, [8, 2] as const, [136, 2] as const, [1, 2] as const],
    );
    const template = bytes([2, 2], [8 + fields.length, 2], [300, 2], [8, 2], fields);
    const record = bytes(
      ...[address('10.0.0.1'), address('10.0.0.2'), [1000, 8] as const, [2000, 8] as const, [3, 1] as const, [1, 2, 3]],
      ...[[1_000_050_000, 8] as const, [1_000_051_500, 8] as const, [2, 1] as const],
    );
    const data = bytes([300, 2], [4 + record.length, 2], record);
    const { batch, dead } = read([ipfix(0, template), ipfix(0, data)]);
    expect(dead).toEqual([]);
    expect(flow(batch)).toMatchObject({ time: 1_000_050e6, duration: 1_500_000, state: 'active' });
    expect([flow(batch).forward[1], flow(batch).backward[1]]).toEqual([1000, 2000]);
  });
});

describe('sFlow 5', () => {
  it('takes a sampled frame for as many as its sampling rate says', () => {
    const frame = bytes(
      ...[
        new Uint8Array(12),
        [0x8100, 2] as const,
        [5, 2] as const,
        [0x0800, 2] as const,
        [0x45, 1] as const,
        [0, 1] as const,
        [60, 2] as const,
      ],
      ...[[0, 4] as const, [64, 1] as const, [6, 1] as const, [0, 2] as const, address('10.0.0.1'), address('10.0.0.2')],
      ...[[40_000, 2] as const, [22, 2] as const, [0, 8] as const, [0x50, 1] as const, [2, 1] as const, [0, 2] as const],
    );
    const header = bytes([1, 4], [16 + frame.length, 4], [1, 4], [1500, 4], [4, 4], [frame.length, 4], frame);
    const sample = bytes([1, 4], [7, 4], [512, 4], [0, 4], [0, 4], [3, 4], [4, 4], [1, 4], header);
    const datagram = bytes([5, 4], [1, 4], address('192.0.2.9'), [0, 4], [1, 4], [0, 4], [1, 4], [1, 4], [sample.length, 4], sample);
    const { batch, dead } = read([datagram]);
    expect(dead).toEqual([]);
    expect(flow(batch)).toMatchObject({
      time: ARRIVAL,
      state: 'one-way syn',
      from: [10, 0, 0, 1, 40_000],
      to: [10, 0, 0, 2, 22],
      forward: [512, 768_000],
      attributes: { format: 'sflow5', tcpFlags: 2, sampling: 512 },
    });
  });
});

describe('the clock of an exporter', () => {
  const HOUR = 3600e6;

  it('that is out by more than five minutes gives way to that of the receiver, and the source says so', () => {
    for (const arrival of [ARRIVAL + 50 * 365 * 24 * HOUR, ARRIVAL - 3 * HOUR, ARRIVAL + 400e6]) {
      const { batch, parser } = read([v5(100)], undefined, arrival);
      const off = 1_000_060e6 - arrival;
      expect(flow(batch)).toMatchObject({
        time: arrival - 10e6,
        duration: 2_500_000,
        attributes: { clockOffSeconds: Math.round(off / 1e6) },
      });
      expect(parser.counters()).toMatchObject({ flows: 1, clock_off: 1 });
    }
    const { batch, parser } = read([v5(100)], undefined, ARRIVAL + 200e6);
    expect([flow(batch).time, flow(batch).attributes.clockOffSeconds, parser.counters().clock_off]).toEqual([1_000_050e6, undefined, 0]);
  });

  it('is not that of a flow that says 1970 or next year: it ended when it came', () => {
    const [a, b] = [bytes([0, 4]), bytes([180_000_000, 4])].map((first) => {
      const datagram = v5(100);
      datagram.set(first, 24 + 24);
      datagram.set(first, 24 + 28);
      return flow(read([datagram]).batch).time;
    });
    // The first is 50 s after the start of the exporter's clock: within a day of its datagram.
    expect([a, b]).toEqual([1_000_000e6, ARRIVAL]);
  });
});

describe('what a record of one direction says of answers', () => {
  it.each([
    [0x02, 'attempt'],
    [0x06, 'attempt'],
    [0x1b, 'one-way fin'],
    [0x1a, 'one-way'],
    [0x14, 'one-way rst'],
  ])('TCP flags %i: %s', (flags, state) => {
    const datagram = v5(100);
    datagram[24 + 37] = flags;
    expect(flow(read([datagram]).batch).state).toBe(state);
  });
});

describe('hostile datagrams', () => {
  it('never throw, never hang, and each is counted', () => {
    const versions = fc.constantFrom(...[5, 9, 10].map((version) => bytes([version, 2])), bytes([5, 4]));
    const datagram = fc.tuple(versions, fc.uint8Array({ maxLength: 200 })).map(([head, rest]) => bytes(head, rest));
    fc.assert(
      fc.property(fc.array(fc.oneof(datagram, fc.uint8Array({ maxLength: 60 })), { maxLength: 20 }), (datagrams) => {
        const { parser } = read([v9(1, V9_TEMPLATE), ...datagrams]);
        expect(parser.counters().datagrams).toBe(datagrams.length + 1);
        expect(parser.counters().templates).toBeLessThanOrEqual(4096);
      }),
      { numRuns: 300 },
    );
  });
});
