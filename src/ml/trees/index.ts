export { type BoostingResult, boostTrees, type LabelledRows, rowsOf } from './boost.ts';
export { packEnsemble, type TreeEnsemble, treeProbabilities, unpackEnsemble } from './ensemble.ts';
export { treesToOnnx } from './onnx.ts';
export { BOOSTING_DEFAULTS, type BoostingOptions } from './options.ts';
