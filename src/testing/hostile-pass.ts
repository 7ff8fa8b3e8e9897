import {
  Observer,
  observationConfig,
  parseSessionKey,
  Sessionizer,
  sessionConfig,
  sessionOptions,
  VolumeCounter,
  volumeConfig,
} from '../features/index.ts';
import { createLogParser, type DrainOptions } from '../parsers/index.ts';
import { createDetector } from '../training/index.ts';
import { hostileLines } from './hostile-lines.ts';

/** Bounds other than the default ones. */
export interface HostileBounds {
  readonly drain?: DrainOptions;
  readonly volume?: Parameters<typeof volumeConfig.parse>[0];
  readonly sessions?: Parameters<typeof sessionConfig.parse>[0];
  readonly novelty?: Readonly<Record<string, unknown>>;
  readonly rate?: Readonly<Record<string, unknown>>;
}

/** Hostile lines through everything that keeps state by name: templates, sessions, `novelty` and `rate`. */
export async function hostilePass(seed: number, bounds: HostileBounds = {}) {
  const make = hostileLines(seed);
  const { drain } = bounds;
  const parser = createLogParser({ format: 'syslog', reference: Date.UTC(2026, 2, 3) * 1000, ...(drain && { drain }) });
  const observer = new Observer(observationConfig.parse({}));
  const volume = new VolumeCounter(volumeConfig.parse(bounds.volume ?? {}));
  const sessions = new Sessionizer(parseSessionKey('req-'), sessionOptions(sessionConfig.parse(bounds.sessions ?? {}), false));
  const novelty = (await createDetector('novelty', bounds.novelty ?? {}, seed)).detector;
  const rate = (await createDetector('rate', bounds.rate ?? {}, seed)).detector;
  let offset = 0;
  let dead = 0;
  return {
    sessions,
    /** The lines first .. first + count; throws where one was not parsed. */
    async lines(first: number, count: number): Promise<void> {
      const bytes = make(first, count);
      const records = { input: 'hostile', generation: '', offset, line: first + 1, bytes, arrival: 0, last: false };
      const batch = parser.parse(records, 'hostile', () => dead++);
      if (dead > 0) throw new Error(`${dead} lines were not parsed`);
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
    },
  };
}
