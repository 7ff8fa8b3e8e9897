import {
  Observer,
  observationConfig,
  parseSessionKey,
  Sessionizer,
  sessionConfig,
  sessionOptions,
  VolumeCounter,
  volumeConfig,
} from '../src/features/index.ts';
import { createLogParser } from '../src/parsers/index.ts';
import { hostileLines } from '../src/testing/hostile-lines.ts';
import { createDetector } from '../src/training/index.ts';
import type { Measurement } from './measurement.ts';

/** Fewer by `VEDETTE_BENCH_LINES`. */
const LINES = Number(process.env.VEDETTE_BENCH_LINES ?? 10_000_000);
const BATCH_LINES = 8_000;
const SEED = 3;
const MIB = 2 ** 20;

/**
 * Lines of which no two have a host, program, user, address, request or word in common: everything that keeps state
 * by name (templates, sessions, novelty, rate) with its default bounds, and how much memory the process came to hold.
 */
export default async function bench(): Promise<Measurement[]> {
  const make = hostileLines(SEED);
  const parser = createLogParser({ format: 'syslog', reference: Date.UTC(2026, 2, 3) * 1000 });
  const observer = new Observer(observationConfig.parse({}));
  const volume = new VolumeCounter(volumeConfig.parse({}));
  const sessions = new Sessionizer(parseSessionKey('req-'), sessionOptions(sessionConfig.parse({}), false));
  const [novelty, rate] = [(await createDetector('novelty', {}, SEED)).detector, (await createDetector('rate', {}, SEED)).detector];
  const before = process.memoryUsage.rss();
  let most = before;
  let half = 0;
  let dead = 0;
  const began = performance.now();
  for (let lines = 0, offset = 0; lines < LINES; lines += BATCH_LINES) {
    const bytes = make(lines, BATCH_LINES);
    const records = { input: 'hostile', generation: '', offset, line: lines + 1, bytes, arrival: 0, last: false };
    const batch = parser.parse(records, 'hostile', () => dead++);
    offset += bytes.length;
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
    most = Math.max(most, process.memoryUsage.rss());
    if (lines < LINES / 2) half = most;
  }
  const seconds = (performance.now() - began) / 1000;
  if (dead > 0) throw new Error(`${dead} lines were not parsed`);
  return [
    { name: `hostile cardinality: ${LINES.toLocaleString('en')} distinct lines`, value: LINES / seconds, unit: 'lines/s' },
    { name: 'hostile cardinality: memory at start', value: before / MIB, unit: 'MiB resident' },
    { name: 'hostile cardinality: most memory, first half', value: half / MIB, unit: 'MiB resident' },
    { name: 'hostile cardinality: most memory', value: most / MIB, unit: 'MiB resident' },
  ];
}
