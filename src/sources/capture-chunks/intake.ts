import { type Micros, sensorInput } from '../../core/index.ts';
import { Refused } from '../http/body.ts';
import type { Intake, Received, Taken, Waiting } from '../http/intake.ts';
import { type ChunkCounters, ChunkOrder } from '../live/chunk-order.ts';

export interface ChunkSettings {
  readonly chunks: 'captures' | 'slices';
  readonly gapTimeoutMs: number;
  readonly queueBytes: number;
}

const PATH = /^\/capture\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})\/(\d{1,15})$/;
const MOST_SENSORS = 1024;
/** Of the bytes a source may hold, those that wait for a missing chunk of one sensor. */
const SENSOR_SHARE = 0.25;
const SETTLE_MS = 100;
const NOTHING = new Uint8Array(0);

/** Chunks of captures at `/capture/<sensor>/<sequence>`: one stream of each sensor, in the order of their numbers. */
export class ChunkIntake implements Intake {
  readonly #order: ChunkOrder<Waiting>;
  readonly #settings: ChunkSettings;
  readonly #now: () => Micros;

  constructor(settings: ChunkSettings, now: () => Micros) {
    this.#settings = settings;
    this.#now = now;
    const { gapTimeoutMs, queueBytes } = settings;
    this.#order = new ChunkOrder({ gapTimeout: gapTimeoutMs * 1000, maxBytes: queueBytes * SENSOR_SHARE, maxSensors: MOST_SENSORS });
  }

  counters(): ChunkCounters {
    return this.#order.counters;
  }

  take({ path, body, delivery }: Received): Taken {
    const [, sensor, digits] = PATH.exec(path) ?? [];
    if (sensor === undefined) throw new Refused(404, 'send chunks to /capture/<sensor>/<sequence>');
    if (body.length === 0) throw new Refused(400, 'the chunk is empty');
    if (delivery !== undefined) {
      const begins = this.#settings.chunks === 'captures' || Number(digits) === 0;
      return { records: begins ? [NOTHING, body] : [body], answer: { accepted: 1 }, input: sensorInput(sensor) };
    }
    const queue = (waiting: Waiting, deliver: (waiting: Waiting) => void) => {
      const fate = this.#order.offer(sensor, Number(digits), waiting, body.length, this.#now());
      if (fate !== 'taken') {
        waiting.answer(fate === 'duplicate' ? 200 : fate === 'late' ? 410 : 429);
        waiting.release();
      }
      this.#drain(deliver);
    };
    return { records: [body], answer: { accepted: 1 }, input: sensorInput(sensor), queue };
  }

  /** Looks for gaps that were waited for long enough, until the function returned is called. */
  begin(deliver: (waiting: Waiting) => void): () => void {
    const timer = setInterval(() => {
      this.#order.elapse(this.#now());
      this.#drain(deliver);
    }, SETTLE_MS);
    return () => clearInterval(timer);
  }

  #drain(deliver: (waiting: Waiting) => void): void {
    for (const { sequence, item, broken } of this.#order.take()) {
      const begins = this.#settings.chunks === 'captures' || sequence === 0 || broken;
      deliver(begins ? { ...item, records: [NOTHING, ...item.records] } : item);
    }
  }
}
