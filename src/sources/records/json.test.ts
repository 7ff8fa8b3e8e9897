import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordBatch } from '../../core/index.ts';
import { recordTexts } from '../../testing/source-contract.ts';
import { JsonAssembler } from './json.ts';

const LIMITS = { batchBytes: 64, maxRecordBytes: 1000 };

function split(text: string | Uint8Array, pieces = 7, limits = LIMITS, records = false): { batches: RecordBatch[]; oversized: number } {
  const bytes = Buffer.from(text as string);
  const counters = { oversized: 0, skipped_bytes: 0 };
  const assembler = new JsonAssembler({ input: 'i', generation: 'g', offset: 0, line: 1 }, limits, () => 1, counters, 0, records);
  const batches: RecordBatch[] = [];
  for (let at = 0; at < bytes.length; at += pieces) batches.push(...assembler.push(bytes.subarray(at, at + pieces)));
  batches.push(...assembler.finish());
  return { batches, oversized: counters.oversized };
}

const documents = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), { maxLength: 12 });
const LARGE = { batchBytes: 64, maxRecordBytes: 1 << 20 };

describe('JsonAssembler', () => {
  const forms: Record<string, (values: unknown[]) => string> = {
    lines: (values) => values.map((value) => JSON.stringify(value)).join('\n'),
    'concatenated documents': (values) => values.map((value) => JSON.stringify(value)).join(''),
    'pretty-printed documents': (values) => values.map((value) => JSON.stringify(value, null, 2)).join('\r\n'),
    'an array': (values) => JSON.stringify(values),
    'a pretty-printed array': (values) => ` ${JSON.stringify(values, null, '\t')}\n`,
    'Elasticsearch hits': (values) =>
      JSON.stringify(
        { took: 3, hits: { total: { value: 9 }, hits: values.map((value) => ({ _index: 'a', _source: value, sort: [1] })) }, end: {} },
        null,
        1,
      ),
    'exported hits by line': (values) => values.map((value) => JSON.stringify({ _index: 'i', _id: '1', _source: value })).join('\n'),
  };
  for (const [name, form] of Object.entries(forms)) {
    it(`gives one record per document of ${name}, for any piece size`, () => {
      fc.assert(
        fc.property(documents, fc.integer({ min: 1, max: 200 }), (values, pieces) => {
          const plain = values.map((value) => ({ ...value, _index: 1 }));
          const { batches } = split(form(plain), pieces, LARGE);
          expect(recordTexts(batches).map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(plain)));
        }),
        { numRuns: 60 },
      );
    });
  }

  it('gives the records of a document of AWS one by one where told so, for any piece size', () => {
    fc.assert(
      fc.property(documents, documents, fc.integer({ min: 1, max: 200 }), (first, second, pieces) => {
        const text = `${JSON.stringify({ Records: first })}\n${JSON.stringify({ Records: second, more: { Records: [1] } }, null, 1)}`;
        const { batches } = split(text, pieces, LARGE, true);
        const expected: unknown = JSON.parse(JSON.stringify([...first, ...second]));
        expect(recordTexts(batches).map((one) => JSON.parse(one) as unknown)).toEqual(expected);
        for (const batch of batches) {
          const bytes = Buffer.from(batch.bytes);
          const origin = Buffer.from(text).subarray(batch.offset, batch.offset + bytes.length);
          for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 32) expect(bytes[i]).toBe(origin[i]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a document with a list of records whole otherwise', () => {
    expect(recordTexts(split('{"msg":"done","Records":[{"a":1}]}').batches)).toEqual(['{"msg":"done","Records":[{"a":1}]}']);
  });

  it('keeps the offset of every byte', () => {
    const text = '[{"a":1},\n {"b":[1,2]} ,{"c":"x"}]';
    for (const batch of split(text).batches) {
      const bytes = Buffer.from(batch.bytes);
      for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 32) expect(bytes[i]).toBe(text.charCodeAt(batch.offset + i));
    }
  });

  it('finds the next line after a broken document', () => {
    expect(recordTexts(split('{"a":"torn\n{"b":1}\n{"c":{"d":1\n{"e":2}\nnoise\n{"f":3}').batches)).toEqual([
      '{"a":"torn',
      '{"b":1}',
      '{"c":{"d":1',
      '{"e":2}',
      'noise',
      '{"f":3}',
    ]);
  });

  it('cuts a document beyond the limit and goes on behind it', () => {
    const { batches, oversized } = split(`[{"a":"${'x'.repeat(5000)}"},{"b":1}]`);
    expect(oversized).toBe(1);
    expect(batches.filter((batch) => batch.truncated === true).map((batch) => batch.bytes.length)).toEqual([1001 + 1]);
    expect(recordTexts(batches).at(-1)).toBe('{"b":1}');
  });

  it('takes any bytes, never losing a visible one between documents that fit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 500 }), (bytes, pieces) => {
        const { batches } = split(bytes, pieces, { batchBytes: 100, maxRecordBytes: 1 << 20 });
        let offset = 0;
        for (const batch of batches) {
          expect(batch.offset).toBeGreaterThanOrEqual(offset);
          offset = batch.offset + batch.bytes.length;
        }
        expect(offset).toBeLessThanOrEqual(bytes.length);
        expect(batches.at(-1)?.last).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('nesting a million deep costs nothing', () => {
    const { batches } = split('['.repeat(1_000_000), 1 << 16, { batchBytes: 1 << 16, maxRecordBytes: 1 << 16 });
    expect(batches.at(-1)?.last).toBe(true);
  });
});
