import { describe, expect, it } from 'vitest';
import { exp, gemm, multiply, sum } from '../ops/index.ts';
import { Graph } from './graph.ts';
import { broadcastShape, sizeOf } from './tensor.ts';

describe('Graph', () => {
  it('serialises to the same bytes for the same calls', () => {
    const build = () => {
      const graph = new Graph();
      const x = graph.input('x', [2, 2], 'float32', true);
      const loss = sum(exp(multiply(x, x)));
      graph.output(graph.gradients(loss, [x])[0] ?? loss, 'g');
      return graph.serialise();
    };
    expect(build()).toEqual(build());
  });

  it('refuses a loss that does not depend on what should learn from it', () => {
    const graph = new Graph();
    const used = graph.input('used', [2], 'float32', true);
    const unused = graph.input('unused', [2], 'float32', true);
    expect(() => graph.gradients(sum(used), [unused])).toThrow('unused');
  });

  it('refuses a loss that is no scalar and shapes that do not fit', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 3], 'float32', true);
    expect(() => graph.gradients(x, [x])).toThrow('scalar');
    expect(() => gemm(x, x)).toThrow('(2,3)');
    expect(() => multiply(x, graph.input('y', [2]))).toThrow('broadcast');
  });
});

describe('shapes', () => {
  it('broadcast by the rule of NumPy', () => {
    expect(broadcastShape([2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
    expect(broadcastShape([], [2])).toEqual([2]);
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([])).toBe(1);
  });
});
