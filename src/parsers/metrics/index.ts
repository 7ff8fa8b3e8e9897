export { METRIC_FORMATS, MetricParser } from './parser.ts';
