import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../../../core/index.ts';
import { columnVector } from './vector.ts';

describe('texts of a batch', () => {
  it('are made once where rows share their bytes', () => {
    const batch = {
      kind: 'flow',
      rows: 6,
      columns: {
        attributes: {
          bytes: new TextEncoder().encode('{"a":1}{"b":2}'),
          start: Int32Array.of(0, 7, 0, -1, 0, 7),
          end: Int32Array.of(7, 14, 7, -1, 14, 14),
        },
      },
    } as unknown as EventBatch;
    const vector = columnVector(batch, 'attributes', 'text');
    if (vector.type !== 'text') throw new Error(vector.type);
    expect(Array.from(vector.codes, (code) => vector.values[code])).toEqual([
      ...['{"a":1}', '{"b":2}', '{"a":1}', undefined, '{"a":1}{"b":2}', '{"b":2}'],
    ]);
    expect(vector.codes[2]).toBe(vector.codes[0]);
    expect(vector.codes[5]).toBe(vector.codes[1]);
  });
});
