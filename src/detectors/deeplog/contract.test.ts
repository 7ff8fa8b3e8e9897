import { sequenceDetectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { DeepLogDetector } from './detector.ts';

const quick = { units: 16, embedding: 8, epochs: 30, batchSize: 64, learningRate: 0.01, folds: 2 };
sequenceDetectorContract('deeplog', () => new DeepLogDetector(config.parse(quick)), { longest: 20_000 });
