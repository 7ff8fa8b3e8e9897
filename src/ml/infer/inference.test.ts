import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { Graph } from '../onnx/graph.ts';
import { exp, gemm } from '../ops/index.ts';
import { DirectInference } from './inference.ts';
import { InferenceWorker } from './inference-worker.ts';

function squareModel(size: number, repeats: number): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', [size, size]);
  let y = x;
  for (let i = 0; i < repeats; i++) y = gemm(y, x);
  graph.output(exp(y), 'y');
  return graph.serialise();
}

const half = (size: number) => ({ x: { data: new Float32Array(size * size).fill(0.5 / size), shape: [size, size] } });

describe.each([
  ['DirectInference', DirectInference],
  ['InferenceWorker', InferenceWorker],
] as const)('%s', (_, kind) => {
  it('answers each of several runs', async () => {
    const model = await kind.open(squareModel(1, 1));
    const inputs = [1, 2, 3].map((value) => ({ x: { data: Float32Array.of(value), shape: [1, 1] } }));
    const outputs = await Promise.all(inputs.map((input) => model.run(input)));
    for (const [i, wanted] of [1, 4, 9].entries()) expect(outputs[i]?.y?.data[0]).toBeCloseTo(Math.exp(wanted), 2);
    expect(inputs[0]?.x.data.length).toBe(1);
    await model.close();
  });

  it('refuses bytes that are no model', async () => {
    await expect(kind.open(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });

  it('refuses inputs of another shape, names them and goes on', async () => {
    const model = await kind.open(squareModel(2, 1));
    const wrong = model.run({ x: { data: new Float32Array(3), shape: [1, 3] } });
    await expect(wrong).rejects.toMatchObject({ code: 'MODEL_MISMATCH', message: expect.stringContaining('x (1, 3)') });
    expect((await model.run(half(2))).y?.shape).toEqual([2, 2]);
    await model.close();
  });
});

describe('InferenceWorker', () => {
  it('leaves the event loop of its caller free', async () => {
    const model = await InferenceWorker.open(squareModel(512, 60));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    await model.run(half(512));
    const tookMs = performance.now() - started;
    delay.disable();
    await model.close();
    expect(delay.max / 1e6).toBeLessThan(Math.max(50, tookMs / 2));
  });

  it('rejects what waits and what comes after close', async () => {
    const model = await InferenceWorker.open(squareModel(256, 40));
    const waiting = model.run(half(256));
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'USAGE' });
    await model.close();
    await rejected;
    await expect(model.run(half(256))).rejects.toMatchObject({ code: 'USAGE' });
  });
});
