import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, dictAt, type LogBatch, type LogParser, type RecordBatch, textAt } from '../core/index.ts';

const ARRIVAL = Date.UTC(2024, 0, 15) * 1000;

export interface ParserSubject {
  readonly name: string;
  create(): LogParser;
  /** Real records, each ended by LF. */
  readonly sample: string;
}

export interface ParsedEvent {
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly time: number;
  readonly host: string | undefined;
  readonly component: string | undefined;
  readonly level: string | undefined;
  readonly pid: number;
  readonly message: string;
  readonly templateId: string | undefined;
  readonly parameters: readonly string[];
}

/** Everything a parser gives for `bytes`, cut into batches at the given record boundaries. */
export function parseAll(
  parser: LogParser,
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): { events: ParsedEvent[]; dead: DeadLetter[] } {
  const events: ParsedEvent[] = [];
  const dead: DeadLetter[] = [];
  const bounds = [0, ...cuts, bytes.length];
  let line = 1;
  for (let i = 0; i + 1 < bounds.length; i++) {
    const part = bytes.subarray(bounds[i], bounds[i + 1]);
    const last = i + 2 === bounds.length;
    const batch: RecordBatch = { input: 'in', generation: 'g', offset: bounds[i] as number, line, bytes: part, arrival: ARRIVAL, last };
    const parsed = parser.parse(batch, 'source', (letter) => dead.push(letter));
    events.push(...eventsOf(parsed, parser));
    for (const byte of part) if (byte === 10) line++;
  }
  for (const batch of parser.flush()) events.push(...eventsOf(batch, parser));
  return { events, dead };
}

export function eventsOf(batch: LogBatch, parser: LogParser): ParsedEvent[] {
  const { templates } = parser;
  return Array.from({ length: batch.rows }, (_, row) => ({
    line: batch.origin.line[row] as number,
    offset: batch.origin.offset[row] as number,
    length: batch.origin.length[row] as number,
    time: batch.time[row] as number,
    host: dictAt(batch.host, row),
    component: dictAt(batch.component, row),
    level: dictAt(batch.level, row),
    pid: batch.pid[row] as number,
    message: textAt(batch.message, row),
    templateId: templates[batch.template[row] as number]?.id,
    parameters: parametersAt(batch, row),
  }));
}

function parametersAt({ parameters }: LogBatch, row: number): string[] {
  const texts: string[] = [];
  for (let i = parameters.first[row] as number; i < (parameters.first[row + 1] as number); i++) {
    const start = parameters.start[i] as number;
    const end = parameters.end[i] as number;
    texts.push(Buffer.from(parameters.bytes.subarray(start, end)).toString('utf8'));
  }
  return texts;
}

/** What every log parser must do, whatever its format. */
export function parserContract(subject: ParserSubject): void {
  const sample = Buffer.from(subject.sample);
  const ends = [...sample.keys()].filter((i) => sample[i] === 10).map((i) => i + 1);

  describe(`${subject.name}: parser contract`, () => {
    it('gives every record of the sample as an event', () => {
      const { events, dead } = parseAll(subject.create(), sample);
      expect(dead.map(({ reason }) => reason)).toEqual([]);
      expect(events.length).toBeGreaterThan(0);
      expect(events.reduce((sum, { length }) => sum + length, 0)).toBe(sample.length);
    });

    it('gives the same however the records are cut into batches', () => {
      const whole = parseAll(subject.create(), sample);
      fc.assert(
        fc.property(fc.subarray(ends.slice(0, -1)), (cuts) => {
          expect(parseAll(subject.create(), sample, cuts)).toEqual(whole);
        }),
        { numRuns: 20 },
      );
    });

    it('continues after snapshot and restore as if it had not stopped', () => {
      const whole = parseAll(subject.create(), sample);
      const cut = ends[Math.floor(ends.length / 2)] as number;
      const first = subject.create();
      const line = ends.filter((end) => end <= cut).length + 1;
      const base = { input: 'in', generation: 'g', arrival: ARRIVAL };
      const dead = (): void => {};
      const before = first.parse({ ...base, offset: 0, line: 1, bytes: sample.subarray(0, cut), last: false }, 'source', dead);
      const head = eventsOf(before, first);
      const second = subject.create();
      second.restore(first.snapshot());
      expect(second.snapshot()).toEqual(first.snapshot());
      const after = second.parse({ ...base, offset: cut, line, bytes: sample.subarray(cut), last: true }, 'source', dead);
      expect([...head, ...eventsOf(after, second)]).toEqual(whole.events);
    });

    it('survives random and damaged bytes and accounts for every record', () => {
      const damaged = fc
        .tuple(fc.nat(sample.length), fc.uint8Array({ maxLength: 40 }), fc.nat(sample.length))
        .map(([at, bytes, to]) => Buffer.concat([sample.subarray(0, at), bytes, sample.subarray(to)]));
      fc.assert(
        fc.property(
          fc.oneof(
            fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
            damaged,
          ),
          (bytes) => {
            const parser = subject.create();
            const { events, dead } = parseAll(parser, bytes);
            const { joined_lines, blank_records } = parser.counters();
            const records = bytes.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0) + (bytes.length > 0 && bytes.at(-1) !== 10 ? 1 : 0);
            expect(events.length + dead.length + (joined_lines ?? 0) + (blank_records ?? 0)).toBe(records);
            for (const { reason } of dead) expect(reason).not.toBe('');
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}
