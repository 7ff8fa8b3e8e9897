import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputCounter } from '../alerts/index.ts';
import { decodeUtf8, type LogBatch, seededRandom, silentLogger, textAt } from '../core/index.ts';
import { rules } from '../detectors/index.ts';
import { Observer, observationConfig } from '../features/index.ts';
import { keyReader } from '../features/key-reader.ts';
import { createLogParser } from '../parsers/index.ts';

/** Words that matter to someone, and stretches of each kind that are masked, alone and inside of words. */
const words = fc.constantFrom(
  ...['user', 'root', 'failed', 'Failed password for', 'invalid user', 'exec', 'from', 'denied', 'a', 'node', '/', '-', '<*>', 'session'],
  ...['12', '7', '1.5', '10.0.0.1', '10.0.0.1:50010', '999.1.1.1', '1:2:3:4:5:6:7:8', '00:11:22:33:44:55', '0x1f', '0xdead'],
  ...[
    'blk_1',
    'blk_-77',
    '123e4567-e89b-12d3-a456-426614174000',
    'abcdefab-abcd-abcd-abcd-abcdefabcdef',
    'job_',
    'job_7',
    'Job-2x',
    '::1',
    'fe80::12',
    '12ab',
    'f658f7a7',
    'job_7f3a9c21e',
    'user-87A8501E2C',
    '401',
    'ab',
    '@',
    ':',
  ],
);
const glue = fc.constantFrom(' ', ' ', ' ', '  ', '\t', '', '=', '/', '-', '.', ':', '_', '(');
/** Few lines, each with other numbers: most shapes come often enough to be worked out. */
const lines = fc
  .tuple(fc.array(fc.array(fc.tuple(words, glue), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }), fc.nat())
  .map(([patterns, seed]) => {
    const random = seededRandom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const other = [
      '3',
      '404',
      '10.9.8.7',
      '8.8.8.8:53',
      '1.2.3.4.5',
      'blk_-3',
      '0xa',
      '9:8:7:6:5:4:3:2',
      '123e4567-e89b-12d3-a456-4266141740ff',
    ];
    return Array.from({ length: 90 }, () => {
      const line = pick(patterns).map(
        ([word, between]) => `${/^\d|^blk_|^0x/.test(word) && random() < 0.7 ? pick(other) : word}${between}`,
      );
      return line.join('');
    });
  });

function parsed(texts: readonly string[]): { batch: LogBatch; templates: ReturnType<typeof createLogParser>['templates'] } {
  const parser = createLogParser({ format: 'plain', joinLines: false });
  const bytes = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(''));
  const batch = parser.parse({ input: 'x', generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true }, 'x', () => {});
  return { batch, templates: parser.templates };
}

function keysOf(batch: LogBatch, prefix: string): string[][] {
  const read = keyReader({ kind: 'prefix', prefix });
  return Array.from({ length: batch.rows }, (_, row) => {
    const { bytes, count, start, end } = read(batch, row, []);
    return Array.from({ length: count }, (_, i) => decodeUtf8(bytes, start[i] as number, end[i] as number));
  });
}

const MASKED = '(?:[0-9a-fA-Fxlk_.:-]+)';
const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

describe('lines that read alike but for masked numbers', () => {
  it('have the same text around the masks, which are parameters in the same places', () => {
    fc.assert(
      fc.property(lines, (texts) => {
        const { batch } = parsed(texts);
        const { shape, parameters } = batch;
        if (shape === undefined) throw new Error('the parser gives no shapes');
        for (let row = 0; row < batch.rows; row++) {
          const code = shape.codes[row] as number;
          if (code < 0) continue;
          const first = textAt(shape.text, code);
          const start = shape.text.start[code] as number;
          let pattern = '^';
          let at = 0;
          const spans: [number, number][] = [];
          for (let mask = shape.masks.first[code] as number; mask < (shape.masks.first[code + 1] as number); mask++) {
            const [from, to] = [(shape.masks.start[mask] as number) - start, (shape.masks.end[mask] as number) - start];
            pattern += `${quoted(first.slice(at, from))}${MASKED}`;
            at = to;
            const parameter = shape.parameter[mask] as number;
            if (parameter < 0) continue;
            const index = (parameters.first[row] as number) + parameter;
            expect(index).toBeLessThan(parameters.first[row + 1] as number);
            spans.push([parameters.start[index] as number, parameters.end[index] as number]);
          }
          pattern += `${quoted(first.slice(at))}$`;
          expect(textAt(batch.message, row)).toMatch(new RegExp(pattern));
          for (const [from, to] of spans)
            expect(textAt({ ...batch.message, start: Int32Array.of(from), end: Int32Array.of(to) }, 0)).toMatch(new RegExp(`^${MASKED}$`));
        }
      }),
    );
  });

  it('are observed, counted and matched as they are one by one', async () => {
    const sigma = (await (rules.sigma as NonNullable<typeof rules.sigma>)()).default;
    const context = { name: 'sigma', log: silentLogger, now: () => 0, random: seededRandom(1) };
    const [together, apart] = [sigma.create(sigma.config.parse({}), context), sigma.create(sigma.config.parse({}), context)];
    fc.assert(
      fc.property(lines, (texts) => {
        const { batch, templates } = parsed(texts);
        const { shape: _shape, ...alone } = batch;
        const observed = (of: LogBatch) => new Observer(observationConfig.parse({})).observe(of, templates);
        expect(observed(batch)).toEqual(observed(alone));
        for (const prefix of ['blk_', 'bl', 'job_', 'job', 'node', 'b', 'user-'])
          expect(keysOf(batch, prefix)).toEqual(keysOf(alone, prefix));
        const counted = (of: LogBatch) => {
          const counter = new InputCounter();
          counter.addBatch(of);
          return counter.counts(0, 0, 0.1);
        };
        expect(counted(batch)).toEqual(counted(alone));
        expect(together.take(batch)).toEqual(apart.take(alone));
      }),
      { numRuns: 60 },
    );
  });
});
