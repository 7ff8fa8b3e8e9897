/**
 * Numerics that know no events: neural networks as ONNX graphs, principal components, metrics, statistics.
 *
 * A network is plain data (`network({ input, layers, loss })`). `trainModel` fits it in a worker thread, `trainHere` in the
 * calling one; both return theta, the vector of all weights. `inferenceModel(spec, theta)` is the ONNX file to store, opened
 * by `InferenceWorker`, or by `DirectInference` within a worker.
 */
export * from './infer/inference.ts';
export * from './infer/inference-worker.ts';
export { PlainNetwork } from './infer/plain-network.ts';
export type { TensorValue, TensorValues } from './infer/runtime.ts';
export * from './metrics/index.ts';
export * from './network/inference-model.ts';
export { type NetworkPlan, planNetwork } from './network/network.ts';
export { initialTheta, type Parameter, type ParameterSlot, thetaLength } from './network/parameters.ts';
export * from './network/spec.ts';
export * from './network/training-step.ts';
export { Graph } from './onnx/graph.ts';
export { DYNAMIC, type ElementType, type Shape, sizeOf, type Tensor } from './onnx/tensor.ts';
/** Differentiable operations, for graphs that `network` cannot describe. */
export * as operations from './ops/index.ts';
export * from './pca/index.ts';
export * from './rows/index.ts';
export * from './series/index.ts';
export * from './sketches/index.ts';
export * from './statistics/index.ts';
export type { TrainingData } from './train/data.ts';
export type { EpochLosses, TrainingOptions, TrainingProgress, TrainingResult, TrainingState } from './train/options.ts';
export { type TrainModelOptions, trainModel } from './train/train-model.ts';
export { initialState, type TrainingHooks, trainHere } from './train/trainer.ts';
export { TrainingQueue } from './train/training-queue.ts';
export * from './trees/index.ts';
export { modelThread, stopModelThreads } from './worker/model-threads.ts';
