import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { USE_CASES } from '../../detectors/use-cases/index.ts';
import { pcap } from '../../testing/packets.ts';
import { ON_CONNECTIONS, ORDINARY } from '../../testing/traffic.ts';
import { analyzeCapture } from './analyze-capture.ts';

const MEDIUM = 25;
const folder = mkdtempSync(join(tmpdir(), 'vedette-ordinary-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('ordinary traffic is quiet at medium severity and above', () => {
  it.each(Object.entries(ORDINARY))(
    '%s',
    async (name, framesOf) => {
      for (const seed of [1, 2]) {
        const file = join(folder, `${seed}.pcap`);
        writeFileSync(file, pcap(framesOf(seed)));
        const { detections, packets } = await analyzeCapture(file);
        expect(packets).toBeGreaterThan(500);
        const told = detections.filter(({ severity }) => severity >= MEDIUM);
        expect([name, told.map(({ title, severity }) => `${title} (${severity})`)]).toEqual([name, []]);
      }
    },
    120_000,
  );
});

describe('attacks on whole connections are named by their use case', () => {
  it.each(Object.entries(ON_CONNECTIONS))(
    '%s',
    async (name, framesOf) => {
      const file = join(folder, 'attack.pcap');
      writeFileSync(file, pcap(framesOf(1)));
      const { detections } = await analyzeCapture(file);
      const told = detections.filter(({ severity }) => severity >= MEDIUM);
      const expected = USE_CASES.find((one) => one.name === name)?.title ?? name;
      expect(told.filter(({ title }) => title.startsWith(expected))).not.toEqual([]);
    },
    120_000,
  );
});
