export { type Autoencoder, reconstructionErrors, trainAutoencoder } from './autoencoder.ts';
export { classifierToOnnx, type PooledClassifier } from './classifier-onnx.ts';
export { addMass, type HalfSpaceTrees, halfSpaceScores, plantHalfSpaceTrees } from './half-space-trees.ts';
export { growIsolationForest, type IsolationForest, isolationScores } from './isolation-forest.ts';
export { type Logistic, logisticImportance, logisticProbabilities, trainLogistic } from './logistic.ts';
export { neighbourDistances } from './neighbours.ts';
export { autoencoderToOnnx, halfSpaceToOnnx, isolationToOnnx, type NoveltyModel, neighboursToOnnx, noveltyToOnnx } from './novelty-onnx.ts';
export { fitPooling, type Pooling, pooledProbabilities } from './pooling.ts';
export { fitScaler, HALF_A_FLAG, type Scaler, scaleRows } from './scaler.ts';
