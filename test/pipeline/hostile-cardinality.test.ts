import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import {
  Observer,
  observationConfig,
  parseSessionKey,
  Sessionizer,
  sessionConfig,
  sessionOptions,
  VolumeCounter,
  volumeConfig,
} from '../../src/features/index.ts';
import { createLogParser } from '../../src/parsers/index.ts';
import { hostileLines } from '../../src/testing/hostile-lines.ts';
import { createDetector } from '../../src/training/index.ts';

const BATCH = 1000;
const MIB = 2 ** 20;

it('holds no more after thirty thousand lines without a name in common than after ten thousand', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const make = hostileLines(11);
  const parser = createLogParser({ format: 'syslog', reference: Date.UTC(2026, 2, 3) * 1000, drain: { maxTemplates: 1000 } });
  const observer = new Observer(observationConfig.parse({}));
  const volume = new VolumeCounter(volumeConfig.parse({ bin: '1s', lateness: '0s', maxSeries: 500 }));
  const sessions = new Sessionizer(parseSessionKey('req-'), sessionOptions(sessionConfig.parse({ maxOpen: 1000 }), false));
  const novelty = (await createDetector('novelty', { maxPairs: 2000, maxKnown: 2000 }, 1)).detector;
  const rate = (await createDetector('rate', { maxSeries: 500 }, 1)).detector;
  const held = async (from: number, to: number): Promise<number> => {
    for (let line = from; line < to; line += BATCH) {
      const records = { input: 'x', generation: '', offset: line, line: line + 1, bytes: make(line, BATCH), arrival: 0, last: false };
      const batch = parser.parse(records, 'x', () => expect.unreachable('every line can be parsed'));
      const observations = observer.observe(batch, parser.templates);
      await novelty.score(observations);
      novelty.observe(observations);
      volume.add(batch, parser.templates);
      const intervals = volume.take();
      if (intervals !== undefined) {
        await rate.score(intervals);
        rate.observe(intervals);
      }
      sessions.add(batch, parser.templates);
      sessions.take();
    }
    collect();
    return process.memoryUsage().heapUsed / MIB;
  };
  const early = await held(0, 10_000);
  const late = await held(10_000, 30_000);
  expect(sessions.open).toBe(1000);
  expect(late - early).toBeLessThan(4);
});
