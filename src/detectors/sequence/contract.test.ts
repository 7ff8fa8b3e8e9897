import { sequenceDetectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { SequenceDetector } from './detector.ts';

sequenceDetectorContract('sequence', () => new SequenceDetector(config.parse({})));
