export { DISTINCT_ERROR, DistinctCount } from './distinct-count.ts';
export { type ValueCounts, valueCounts } from './frequencies.ts';
export { HyperLogLog } from './hyperloglog.ts';
export { QUANTILE_ERROR, QuantileSketch } from './quantile-sketch.ts';
export { SeenSet } from './seen-set.ts';
