import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import {
  type ComponentContext,
  define,
  MICROS_PER_SECOND,
  type Micros,
  type RecordBatch,
  type Source,
  type SourceState,
} from '../../core/index.ts';
import { auth, guessedPasswords } from './auth.ts';
import { devices } from './devices.ts';
import { captureHeader } from './frames.ts';
import { network, networkAttack } from './network.ts';
import { type DemoRecord, demoClock, type Happenings, inOrder } from './scenario.ts';
import { type Attack, Script } from './script.ts';
import { shop, shopBreakIn } from './shop.ts';

const config = z.strictObject({
  scenario: z
    .enum(['shop', 'auth', 'network', 'devices'])
    .describe('What of the generated office is recorded; `network` needs `records: packets`, `devices` needs `records: readings`'),
  seed: z.number().int().default(1).describe('Another seed gives other records and other attacks'),
  historyHours: z.number().min(1).max(336).default(48).describe('Hours before the start that are written at once'),
  firstAttackSeconds: z.number().min(1).default(20).describe('Seconds after the start until the first attack of the running part'),
  attackEverySeconds: z
    .number()
    .min(180)
    .default(21_600)
    .describe('Seconds between two attacks; three lie as far apart in the history. Sources with the same seed tell of the same attacks'),
});

type Config = z.output<typeof config>;

interface Scenario {
  readonly happenings: Happenings;
  /** Before everything else. */
  readonly head?: (time: Micros) => DemoRecord;
  /** What of the attack this scenario shows; nothing where it leaves no trace here, or changes what happens anyway. */
  intrude?(attack: Attack): readonly DemoRecord[];
}

const SCENARIOS: Readonly<Record<Config['scenario'], Scenario>> = {
  shop: { happenings: shop, intrude: shopBreakIn },
  auth: { happenings: auth, intrude: guessedPasswords },
  devices: { happenings: devices },
  network: { happenings: network, head: captureHeader, intrude: networkAttack },
};

const BATCH_RECORDS = 2_000;

export default define({
  name: 'demo',
  summary:
    'Generates logs, traffic and readings of a small office with a daily rhythm and attacks, labelled as demo; nothing in it is real',
  config,
  records: ['lines', 'packets', 'readings'],
  create: (settings, context): Source => new DemoSource(settings, context),
});

/**
 * Records are a function of seed and start, so the source can be read again: the generation names both, and a position is found
 * by generating up to it.
 */
class DemoSource implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #context: ComponentContext;
  #records = 0;
  #closed = false;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
  }

  async *read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const [position] = resume.positions;
    const { scenario, seed } = this.#config;
    const started = startOf(position?.generation) ?? Math.floor(this.#context.now() / MICROS_PER_SECOND) * MICROS_PER_SECOND;
    const generation = `demo:${scenario}:${seed}:${started}`;
    const until = position?.generation === generation ? position.offset : 0;
    const place = { input: `demo-${scenario}`, generation };
    let offset = 0;
    let line = 1;
    let pending: Uint8Array[] = [];
    const flush = (): RecordBatch => {
      const batch = { ...place, offset, line, ...this.#joined(pending), arrival: this.#context.now(), last: false };
      offset += batch.bytes.length;
      line += pending.length;
      this.#records += pending.length;
      pending = [];
      return batch;
    };
    for (const { time, bytes } of inOrder(this.#happenings(started))) {
      if (signal.aborted || this.#closed) return;
      if (offset + bytes.length <= until) {
        // Committed before: only counted.
        offset += bytes.length;
        line++;
        continue;
      }
      const due = time <= this.#context.now();
      if ((!due || pending.length >= BATCH_RECORDS) && pending.length > 0) yield flush();
      if (!due && !(await this.#until(time, signal))) return;
      pending.push(bytes);
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { generated_records: this.#records };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #joined(pending: readonly Uint8Array[]): Pick<RecordBatch, 'bytes' | 'ends'> {
    const bytes = new Uint8Array(pending.reduce((sum, one) => sum + one.length, 0));
    const ends = new Uint32Array(pending.length);
    let at = 0;
    for (const [index, one] of pending.entries()) {
      bytes.set(one, at);
      at += one.length;
      ends[index] = at;
    }
    return this.#config.scenario === 'network' ? { bytes, ends } : { bytes };
  }

  *#happenings(started: Micros): Generator<readonly DemoRecord[]> {
    const { seed, scenario, historyHours, firstAttackSeconds, attackEverySeconds } = this.#config;
    const { happenings, head, intrude } = SCENARIOS[scenario];
    const clock = demoClock(seed);
    const from = started - historyHours * 3600 * MICROS_PER_SECOND;
    const script = new Script(seed, started + firstAttackSeconds * MICROS_PER_SECOND, attackEverySeconds);
    const attacks = script.attacks();
    let { value: next } = attacks.next();
    if (head !== undefined) yield [head(from)];
    for (const records of happenings(clock, from, script)) {
      const now = records[0]?.time ?? 0;
      for (; next.begin <= now; next = attacks.next().value) if (next.begin >= from) yield intrude?.(next) ?? [];
      yield records;
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
