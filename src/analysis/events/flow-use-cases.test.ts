import { expect, it } from 'vitest';
import type { Lineage } from '../../core/index.ts';
import { sensorBatches } from '../../parsers/sensor/batch.ts';
import { FlowUseCases } from './flow-use-cases.ts';

const LINEAGE: Lineage = { inputs: [], configHash: '', feature: '', model: '', modelSha256: '', epoch: 0, program: '', seed: 0 };
const START = 1_700_000_040_000_000;

function sweep(from: number): Parameters<typeof sensorBatches>[0] {
  return Array.from({ length: 15 }, (_, i) => ({
    kind: 'flow' as const,
    values: {
      time: START + (from + i) * 1e6,
      sourceAddress: '10.0.0.1',
      sourcePort: 8,
      destinationAddress: `10.0.1.${i}`,
      destinationPort: 0,
      protocol: 1,
      forwardPackets: 1,
      backwardPackets: 0,
      forwardBytes: 56,
      backwardBytes: 0,
      durationMicros: 1000,
    },
    attributes: undefined,
    offset: (from + i) * 100,
    line: from + i + 1,
    length: 100,
  }));
}

it('one sweep in windows that overlap is one finding, a later one another', () => {
  const useCases = new FlowUseCases({ seed: 1 });
  for (const batch of sensorBatches([...sweep(0), ...sweep(900)], 's', 'events')) useCases.take(batch);
  const sweeps = useCases.detections('events', LINEAGE).filter(({ title }) => title.startsWith('ICMP sweep'));
  expect(sweeps.map(({ title }) => title)).toEqual([
    'ICMP sweep, 10.0.0.1: 15 hosts pinged, 15 of them silent',
    'ICMP sweep, 10.0.0.1: 15 hosts pinged, 15 of them silent',
  ]);
  expect(sweeps.every(({ start, end }) => end - start > 60e6)).toBe(true);
});
