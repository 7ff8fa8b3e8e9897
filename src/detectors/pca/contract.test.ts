import { sequenceDetectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { PcaDetector } from './detector.ts';

sequenceDetectorContract('pca', () => new PcaDetector(config.parse({})));
