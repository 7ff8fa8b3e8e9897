import { describe, expect, it } from 'vitest';
import type { RecordBatch } from '../../src/core/index.ts';
import type { Lane } from '../../src/pipeline/lane/lane.ts';
import { makeLane } from './lane-under-test.ts';

const START = Date.UTC(2026, 2, 1);
const OPTIONS = {
  parser: { format: 'timestamped' },
  features: { session: { by: 'req-', idle: '10s', lateness: '1s' } },
  learning: { sessions: 300, every: '1d' },
};
const OLD = ['accepted from 10.0.0.7', 'loaded basket', 'answered with status 200'];
const NEW = ['routed to shard 4', 'token checked', 'cache asked', 'rendered by engine two', 'sent to edge'];
const ODD = ['accepted from 10.0.0.7', 'dumping all rows to disk', 'sent to edge'];

/** One session every 20 seconds, of the kind that `kindOf` names for its hour. */
function sessions(hours: number, kindOf: (hour: number, number: number) => readonly string[]): string[] {
  const lines: string[] = [];
  for (let number = 0; number < hours * 180; number++) {
    const second = number * 20;
    for (const [i, text] of kindOf(second / 3600, number).entries()) {
      const time = new Date(START + (second + i) * 1000).toISOString();
      lines.push(`${time} web1 shop[77]: request req-${String(number).padStart(6, '0')} ${text}`);
    }
  }
  return lines;
}

function batchesOf(lines: readonly string[], size: number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let offset = 0;
  for (let from = 0; from < lines.length; from += size) {
    const bytes = new TextEncoder().encode(`${lines.slice(from, from + size).join('\n')}\n`);
    batches.push({
      input: 'app.log',
      generation: 'g',
      offset,
      line: from + 1,
      bytes,
      arrival: (START + 30 * 86_400_000) * 1000,
      last: false,
    });
    offset += bytes.length;
  }
  return batches;
}

interface Told {
  /** `detector-paused`, `detector-resumed` with the hour. */
  readonly floods: string[];
  /** Hour and key of each finding. */
  readonly findings: string[];
  readonly paused: string;
}

async function run(lines: readonly string[], size = 900, restart = false): Promise<Told> {
  let lane: Lane = await makeLane(OPTIONS);
  const floods: string[] = [];
  const findings: string[] = [];
  const hourOf = (time: number): number => Math.floor((time / 1000 - START) / 3_600_000);
  const look = (found: readonly { readonly detection: { readonly key: string; readonly start: number } }[]): void => {
    for (const { detection } of found) findings.push(`${hourOf(detection.start)} ${detection.key}`);
    for (const scorer of lane.scorers) for (const { kind, at } of scorer.takeFloods?.() ?? []) floods.push(`${kind} ${hourOf(at)}`);
  };
  let blobs: Record<string, Uint8Array> = {};
  for (const [i, batch] of batchesOf(lines, size).entries()) {
    if (restart && i > 0) {
      blobs = { ...blobs, ...(await lane.snapshot()) };
      lane = await makeLane(OPTIONS);
      await lane.restore(blobs);
    }
    look((await lane.process(batch)).findings);
  }
  look((await lane.end()).findings);
  return { floods, findings, paused: lane.scorers[0]?.status().paused ?? '' };
}

describe('a lasting change of level', () => {
  const shifted = sessions(16, (hour, number) => (hour < 4 ? OLD : number === 2700 ? ODD : NEW));

  it('pauses the detector, is learnt when it has lasted, and alerts go on, which is said', { timeout: 60_000 }, async () => {
    const { floods, findings, paused } = await run(shifted);
    expect(floods).toEqual([expect.stringMatching(/^detector-paused 4$/), expect.stringMatching(/^detector-resumed 1[12]$/)]);
    expect(paused).toBe('');
    // Those before it was clear that it floods, then nothing but what is odd in the new kind too.
    expect(findings.filter((text) => text.startsWith('4 ')).length).toBeLessThanOrEqual(60);
    expect(findings.filter((text) => !text.startsWith('4 '))).toEqual(['15 req-002700']);
  });

  it('gives the same whatever the batches, also over restarts', { timeout: 120_000 }, async () => {
    const whole = await run(shifted);
    expect(await run(shifted, 3_333)).toEqual(whole);
    expect(await run(shifted, 5_000, true)).toEqual(whole);
  });
});

describe('a flood that ends', () => {
  it('is not learnt: the detector goes on with what was normal before it', { timeout: 60_000 }, async () => {
    const lines = sessions(10, (hour, number) => ((hour >= 4 && hour < 5) || number === 1700 ? NEW : OLD));
    const { floods, findings } = await run(lines);
    expect(floods).toEqual(['detector-paused 4', expect.stringMatching(/^detector-resumed [67]$/)]);
    expect(findings.at(-1)).toBe('9 req-001700');
  });
});
