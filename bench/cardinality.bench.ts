import { seededRandom } from '../src/core/index.ts';
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
import { createDetector } from '../src/training/index.ts';
import type { Measurement } from './measurement.ts';

const LINES = 10_000_000;
const BATCH_LINES = 8_000;
const SEED = 3;
const MIB = 2 ** 20;

/**
 * Ten million lines of which no two have a host, program, user, address, request or word in common: everything that keeps state
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
    { name: 'hostile cardinality: 10 million distinct lines', value: LINES / seconds, unit: 'lines/s' },
    { name: 'hostile cardinality: memory at start', value: before / MIB, unit: 'MiB resident' },
    { name: 'hostile cardinality: most memory, first half', value: half / MIB, unit: 'MiB resident' },
    { name: 'hostile cardinality: most memory', value: most / MIB, unit: 'MiB resident' },
  ];
}

/** Lines `first`, `first + 1`, ... as bytes; about a thousand a second of event time. */
function hostileLines(seed: number): (first: number, count: number) => Uint8Array {
  const random = seededRandom(seed);
  const word = (): string => {
    let text = '';
    for (let i = 0; i < 8; i++) text += String.fromCharCode(97 + Math.floor(random() * 26));
    return text;
  };
  return (first, count) => {
    const lines: string[] = [];
    for (let i = first; i < first + count; i++) {
      const seconds = Math.floor(i / 1000);
      const time = new Date(Date.UTC(2026, 2, 1) + seconds * 1000).toISOString().slice(11, 19);
      const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
      const words = `${word()} ${word()} ${word()} ${word()} ${word()}`;
      lines.push(`Mar  1 ${time} ${word()} ${word()}[${i % 32768}]: ${words} user ${word()} req-${i} from ${address}\n`);
    }
    return Buffer.from(lines.join(''));
  };
}
