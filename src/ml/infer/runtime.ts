import type * as Ort from 'onnxruntime-node';
import { VedetteError } from '../../core/index.ts';

/** A tensor with its numbers, row-major. */
export interface TensorValue {
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly shape: readonly number[];
}

export type TensorValues = Readonly<Record<string, TensorValue>>;

let loading: Promise<typeof Ort> | undefined;

/** onnxruntime-node, loaded at first use. Throws UNSUPPORTED where it has no binary for the machine. */
export function loadRuntime(): Promise<typeof Ort> {
  loading ??= import('onnxruntime-node').catch((cause: unknown) => {
    throw new VedetteError('UNSUPPORTED', 'onnxruntime-node cannot be loaded on this machine', {
      hint: 'neural detectors need x64 or arm64 with glibc 2.27 or newer, macOS or Windows; the others work without',
      cause,
    });
  });
  return loading;
}

/**
 * Opens a model on one thread, without busy waiting: results do not depend on the number of cores, and idle models cost
 * nothing. Throws MODEL_CORRUPT for bytes that are no model.
 */
export async function openSession(model: Uint8Array): Promise<Ort.InferenceSession> {
  const ort = await loadRuntime();
  try {
    return await ort.InferenceSession.create(model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new VedetteError('MODEL_CORRUPT', 'the bytes are not an ONNX model that this runtime can open', { cause });
  }
}

/** Runs a session. `run` of onnxruntime-node blocks the calling thread until it is done. */
export async function runSession(session: Ort.InferenceSession, inputs: TensorValues): Promise<TensorValues> {
  const ort = await loadRuntime();
  const feeds: Record<string, Ort.Tensor> = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) feeds[name] = tensorOf(ort, data, shape);
  let results: Ort.InferenceSession.OnnxValueMapType;
  try {
    results = await session.run(feeds);
  } catch (cause) {
    const shapes = Object.entries(inputs).map(([name, { shape }]) => `${name} (${shape.join(', ')})`);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VedetteError('MODEL_MISMATCH', `the model does not take ${shapes.join(', ')}: ${reason}`, { cause });
  }
  const outputs: Record<string, TensorValue> = {};
  for (const [name, value] of Object.entries(results)) {
    const tensor = value as Ort.Tensor;
    outputs[name] = { data: tensor.data as TensorValue['data'], shape: tensor.dims };
  }
  return outputs;
}

function tensorOf(ort: typeof Ort, data: TensorValue['data'], shape: readonly number[]): Ort.Tensor {
  if (data instanceof Float32Array) return new ort.Tensor('float32', data, shape);
  if (data instanceof Int32Array) return new ort.Tensor('int32', data, shape);
  return new ort.Tensor('int64', data, shape);
}
