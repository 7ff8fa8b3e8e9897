import { formatMicros, seededRandom } from '../../src/core/index.ts';

const STEPS = [
  (id: string, n: number) => `service.Gate: accepted request ${id} from 10.0.${n % 8}.${n % 200}`,
  (id: string, n: number) => `service.Auth: checked token of ${id} in ${n % 90} ms`,
  (id: string, n: number) => `service.Store: read ${n * 17} bytes for ${id}`,
  (id: string, n: number) => `service.Store: wrote index of ${id} to shard ${n % 4}`,
  (id: string) => `service.Gate: finished request ${id}`,
];

export interface GeneratedLog {
  readonly lines: readonly string[];
  /** Identifiers of the sessions that are unlike the others. */
  readonly abnormal: readonly string[];
}

/** Interleaved request sessions in a plain application log; every `oddEvery`-th session after the first 700 fails. */
export function generatedLog(sessions: number, seed: number, oddEvery = 60, start = Date.UTC(2026, 0, 5)): GeneratedLog {
  const random = seededRandom(seed);
  const events: { time: number; text: string }[] = [];
  const abnormal: string[] = [];
  for (let session = 0; session < sessions; session++) {
    const id = `req-${session * 7919 + 1_000_003}`;
    const odd = session > 700 && session % oddEvery === 0;
    if (odd) abnormal.push(id);
    let time = start + session * 400 + Math.floor(random() * 300);
    const push = (text: string, level = 'INFO') => {
      events.push({ time, text: `${level} ${text}` });
      time += 5 + Math.floor(random() * 400);
    };
    for (const [index, step] of STEPS.entries()) {
      const n = 1 + Math.floor(random() * 1000);
      if (odd && index === 3) {
        for (let i = 0; i < 4; i++) push(`service.Store: disk error 5 while writing ${id} to shard ${i}`, 'ERROR');
        push(`service.Gate: rolled back request ${id} after failure`, 'WARN');
        break;
      }
      push(step(id, n));
      if (index === 2 && random() < 0.3) push((STEPS[2] as (typeof STEPS)[number])(id, n));
    }
  }
  events.sort((a, b) => a.time - b.time);
  return { lines: events.map(({ time, text }) => `${formatMicros(time * 1000).replace('Z', '')} ${text}`.replace('T', ' ')), abnormal };
}
