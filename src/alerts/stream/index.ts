export { type StreamCounters, StreamDecisions, type Told } from './decisions.ts';
