import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import {
  type ComponentContext,
  countLines,
  define,
  MICROS_PER_SECOND,
  type Micros,
  type RecordBatch,
  type Source,
  type SourceState,
} from '../../core/index.ts';
import { auth, bruteForce } from './auth.ts';
import { type DemoClock, type DemoLine, demoClock, type Happenings, inOrder } from './scenario.ts';
import { shop, shopIntrusion } from './shop.ts';

const config = z.strictObject({
  scenario: z.enum(['shop', 'auth']).describe('Which log of the generated office is written'),
  seed: z.number().int().default(1).describe('Another seed gives other lines and other intrusions'),
  historyHours: z.number().min(1).max(336).default(48).describe('Hours before the start that are written at once'),
  firstAttackSeconds: z.number().min(1).default(12).describe('Seconds after the start until the first intrusion in the running part'),
  attackEverySeconds: z.number().min(10).default(600).describe('Seconds between two intrusions in the running part'),
});

type Config = z.output<typeof config>;

interface Scenario {
  readonly happenings: Happenings;
  intrude(clock: DemoClock, time: Micros, number: number): readonly DemoLine[];
}

const SCENARIOS: Readonly<Record<Config['scenario'], Scenario>> = {
  shop: { happenings: shop, intrude: shopIntrusion },
  auth: { happenings: auth, intrude: (clock, time, number) => bruteForce(clock, time, 60_000 + number) },
};

const BATCH_LINES = 2_000;

export default define({
  name: 'demo',
  summary: 'Generates the log of a small office with a daily rhythm and intrusions, labelled as demo; nothing in it is real',
  config,
  create: (settings, context): Source => new DemoSource(settings, context),
});

/**
 * Lines are a function of seed and start, so the source can be read again: the generation names both, and a position is found
 * by generating up to it.
 */
class DemoSource implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #context: ComponentContext;
  #lines = 0;
  #closed = false;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
  }

  async *read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const [position] = resume.positions;
    const started = startOf(position?.generation) ?? Math.floor(this.#context.now() / MICROS_PER_SECOND) * MICROS_PER_SECOND;
    const generation = `demo:${this.#config.scenario}:${this.#config.seed}:${started}`;
    const until = position?.generation === generation ? position.offset : 0;
    let offset = 0;
    let line = 1;
    const flush = (text: string, lines: number): RecordBatch | undefined => {
      const bytes = new TextEncoder().encode(text);
      const batch: RecordBatch = {
        input: `demo-${this.#config.scenario}`,
        generation,
        offset,
        line,
        bytes,
        arrival: this.#context.now(),
        last: false,
      };
      offset += bytes.length;
      line += lines;
      if (offset <= until) return undefined;
      if (batch.offset >= until) return batch;
      const rest = bytes.subarray(until - batch.offset);
      return { ...batch, bytes: rest, offset: until, line: batch.line + countLines(bytes) - countLines(rest) };
    };
    let pending: string[] = [];
    for (const { time, text } of inOrder(this.#happenings(started))) {
      if (signal.aborted || this.#closed) return;
      const due = time <= this.#context.now();
      if (!due || pending.length >= BATCH_LINES) {
        const batch = pending.length === 0 ? undefined : flush(`${pending.join('\n')}\n`, pending.length);
        this.#lines += pending.length;
        pending = [];
        if (batch !== undefined) yield batch;
      }
      if (!due && !(await this.#until(time, signal))) return;
      pending.push(text);
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { generated_lines: this.#lines };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  *#happenings(started: Micros): Generator<readonly DemoLine[]> {
    const { seed, scenario, historyHours, firstAttackSeconds, attackEverySeconds } = this.#config;
    const { happenings, intrude } = SCENARIOS[scenario];
    const clock = demoClock(seed);
    const attacks = demoClock(seed + 1);
    let attack = 0;
    let next = started + firstAttackSeconds * MICROS_PER_SECOND;
    for (const lines of happenings(clock, started - historyHours * 3600 * MICROS_PER_SECOND)) {
      while ((lines[0]?.time ?? 0) >= next) {
        yield intrude(attacks, next, attack++);
        next += attackEverySeconds * MICROS_PER_SECOND;
      }
      yield lines;
    }
  }

  /** False when the source was stopped while it waited. */
  async #until(time: Micros, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && !this.#closed) {
      const left = (time - this.#context.now()) / 1000;
      if (left <= 0) return true;
      await wait(Math.min(left, 1000), undefined, { signal }).catch(() => undefined);
    }
    return false;
  }
}

function startOf(generation: string | undefined): Micros | undefined {
  const start = Number(generation?.split(':')[3]);
  return Number.isFinite(start) ? start : undefined;
}
