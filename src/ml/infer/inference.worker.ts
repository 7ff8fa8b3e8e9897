import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../core/index.ts';
import { buffersOf } from '../worker/transfer.ts';
import { DirectInference } from './inference.ts';
import { CLOSE, type InferenceAnswer, type InferenceJob, type InferenceRequest } from './worker-messages.ts';

function answer(message: InferenceAnswer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

async function serve(inference: DirectInference, { id, inputs }: InferenceRequest): Promise<void> {
  try {
    const outputs = await inference.run(inputs);
    answer({ id, outputs }, buffersOf(Object.values(outputs).map((output) => output.data)));
  } catch (error) {
    answer({ id, failure: failureOf(error) });
  }
}

try {
  const inference = await DirectInference.open((workerData as InferenceJob).model);
  parentPort?.on('message', (request: InferenceRequest | typeof CLOSE) => {
    if (request === CLOSE) process.exit(0);
    void serve(inference, request);
  });
  answer({ id: 0, outputs: {} });
} catch (error) {
  answer({ id: 0, failure: failureOf(error) });
}
