import { expect, it } from 'vitest';
import { ColumnMemory } from './column-memory.ts';

it('gives memory of earlier columns that is large enough and not twice too large, each once', () => {
  const memory = new ColumnMemory();
  const [small, large] = [memory.ints(10_000), memory.floats(100_000)];
  const buffers = [small.buffer, large.buffer] as ArrayBuffer[];
  memory.give(buffers);
  const again = memory.floats(4_000);
  expect([again.length, again.buffer]).toEqual([4_000, small.buffer]);
  expect(memory.ints(10_000).buffer).not.toBe(small.buffer);
  expect(memory.ints(30_000).buffer).not.toBe(large.buffer);
  expect(memory.ints(150_000).buffer).toBe(large.buffer);
});

it('makes small columns as small as they are', () => {
  const memory = new ColumnMemory();
  expect(memory.ints(16).buffer.byteLength).toBe(64);
  memory.give([memory.ints(16).buffer as ArrayBuffer]);
  expect(memory.ints(16).buffer.byteLength).toBe(64);
});
