import { parentPort, workerData } from 'node:worker_threads';
import { VedetteError } from '../../core/index.ts';
import { InputParser, type ParsingOptions } from './input-parser.ts';
import { serveInputs } from './serve-inputs.ts';

if (parentPort === null) throw new VedetteError('INTERNAL', 'the parser runs only as a worker thread');

serveInputs(parentPort, new InputParser(workerData as ParsingOptions));
