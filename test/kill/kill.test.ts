import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type Alert, seededRandom } from '../../src/core/index.ts';
import { pipelineSchema } from '../../src/pipeline/index.ts';
import { freePort } from '../../src/testing/net.ts';
import { generatedLog } from '../pipeline/generated-log.ts';
import { comparable, outcomeOf } from './outcome.ts';
import { Child } from './process.ts';

/** Half of them while a file is followed, half while HTTP is received. CI asks for 100. */
const KILLS = Number(process.env.VEDETTE_KILLS ?? 20);
const EACH = Math.ceil(KILLS / 2);
const LINES = generatedLog(1400, 11).lines;
const root = mkdtempSync(join(tmpdir(), 'vedette-kill-'));
const random = seededRandom(20_260);

afterAll(() => rmSync(root, { recursive: true, force: true }));

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** Checks a configuration and keeps it as JSON: what a child is started with. */
async function writeConfig(name: string, source: Record<string, unknown>): Promise<string> {
  const path = join(root, name);
  const common = {
    name: 'app',
    parser: { format: 'timestamped' },
    features: { session: { by: 'req-', idle: '10s', lateness: '1s' } },
    learning: { sessions: 600 },
    eventTime: { idle: '10m' },
  };
  const config = {
    epochs: { every: '50ms' },
    tenants: { t: { promisedRate: 0.01, retention: { maxAge: '9999d', alertAge: '9999d' }, sources: [{ ...source, ...common }] } },
  };
  writeFileSync(path, JSON.stringify(checkConfig(config, await pipelineSchema())));
  return path;
}

/** Cuts the lines into as many parts as there are rounds. */
function parts(rounds: number): readonly (readonly string[])[] {
  const size = Math.ceil(LINES.length / rounds);
  return Array.from({ length: rounds }, (_, round) => LINES.slice(round * size, (round + 1) * size));
}

/** One in six kills comes while the process starts, the others up to half a second after it. */
async function untilKill(child: Child): Promise<number> {
  if (random() < 1 / 6) return Date.now() + random() * 500;
  await child.untilStarted();
  return Date.now() + random() * 500;
}

describe(`SIGKILL at ${2 * EACH} random moments (VEDETTE_KILLS)`, () => {
  it(`${EACH} kills while a file is followed: nothing lost, nothing doubled, the alerts of an uninterrupted run`, {
    timeout: 300_000,
  }, async () => {
    const log = join(root, 'app.log');
    writeFileSync(log, '');
    const config = await writeConfig('tail.json', { type: 'file', path: log, pollMs: 20, batchBytes: 4096 });
    const home = join(root, 'tail');
    let restarts = 0;
    for (const part of parts(EACH)) {
      const child = new Child(home, config);
      let rest = part;
      const end = await untilKill(child);
      for (let at = 0; Date.now() < end; ) {
        const count = 1 + Math.floor(random() * 40);
        if (at < part.length) appendFileSync(log, `${part.slice(at, at + count).join('\n')}\n`);
        at += count;
        await sleep(5);
        rest = part.slice(at);
      }
      if (child.started) restarts++;
      await child.kill();
      if (rest.length > 0) appendFileSync(log, `${rest.join('\n')}\n`);
    }
    const last = new Child(home, config, LINES.length);
    await last.untilStarted();
    await last.finish();
    const interrupted = await outcomeOf(home);
    const reference = new Child(join(root, 'tail-reference'), config, LINES.length);
    await reference.untilStarted();
    await reference.finish();
    const uninterrupted = await outcomeOf(join(root, 'tail-reference'));

    expect(restarts).toBeGreaterThan(0);
    expect(uninterrupted.alerts.length).toBeGreaterThan(0);
    expect(comparable(interrupted.alerts)).toEqual(comparable(uninterrupted.alerts));
    expect(interrupted.events.length).toBe(LINES.length);
    expect(interrupted.events.map((event) => event.line)).toEqual(LINES.map((_, index) => index + 1));
    expect(interrupted.counters).toEqual(uninterrupted.counters);
  });

  it(`${EACH} kills while HTTP is received: no acknowledged line lost, no alert doubled`, { timeout: 300_000 }, async () => {
    const port = await freePort();
    const config = await writeConfig('http.json', { type: 'http', port });
    const home = join(root, 'http');
    const chunks: { text: readonly string[]; attempts: number }[] = [];
    for (let at = 0; at < LINES.length; at += 25) chunks.push({ text: LINES.slice(at, at + 25), attempts: 0 });
    let next = 0;
    let acknowledgedEarly = 0;
    const perRound = Math.ceil(chunks.length / EACH);
    for (let round = 0; round < EACH; round++) {
      const child = new Child(home, config);
      const end = await untilKill(child);
      const stop = Math.min(chunks.length, next + perRound);
      while (Date.now() < end) {
        const chunk = next < stop ? chunks[next] : undefined;
        if (chunk === undefined || !child.started) await sleep(5);
        else if (await post(port, chunk)) next++;
      }
      await child.kill();
      acknowledgedEarly = next;
    }
    const last = new Child(home, config);
    await last.untilStarted();
    while (next < chunks.length) if (await post(port, chunks[next])) next++;
    await last.finish();
    const interrupted = await outcomeOf(home);

    expect(acknowledgedEarly).toBeGreaterThan(0);
    const copies = new Map<string, number>();
    for (const { message } of interrupted.events) copies.set(message, (copies.get(message) ?? 0) + 1);
    const sent = new Map<string, { least: number; most: number }>();
    for (const { text, attempts } of chunks) {
      for (const line of text) {
        const message = line.replace(/^\S+ \S+ \S+ /, '');
        const known = sent.get(message) ?? { least: 0, most: 0 };
        sent.set(message, { least: known.least + 1, most: known.most + attempts });
      }
    }
    for (const [message, { least, most }] of sent) {
      const found = copies.get(message) ?? 0;
      expect(found, message).toBeGreaterThanOrEqual(least);
      expect(found, message).toBeLessThanOrEqual(most);
    }
    const units = interrupted.alerts.map(({ detection }) => `${detection.detector} ${detection.key} ${detection.start}`);
    expect(new Set(units).size).toBe(units.length);
    expect(units.length).toBeGreaterThan(0);
    expect(summary(await replayed(interrupted.events.map((event) => event.message)))).toEqual(summary(interrupted.alerts));

    /** An uninterrupted run over what became durable, in that order. */
    async function replayed(messages: readonly string[]) {
      const original = new Map(LINES.map((line) => [line.replace(/^\S+ \S+ \S+ /, ''), line]));
      const log = join(root, 'durable.log');
      writeFileSync(log, messages.map((message) => `${original.get(message)}\n`).join(''));
      const followed = await writeConfig('durable.json', { type: 'file', path: log, pollMs: 20 });
      const reference = new Child(join(root, 'http-reference'), followed, messages.length);
      await reference.untilStarted();
      await reference.finish();
      return (await outcomeOf(join(root, 'http-reference'))).alerts;
    }
  });
});

/** What an alert says, without the positions that differ between a segment log and a file. */
function summary(alerts: readonly Alert[]): string[] {
  const said = alerts.map(({ detection }) => [
    detection.id,
    detection.key,
    detection.start,
    detection.end,
    detection.score,
    detection.pValue,
    detection.title,
  ]);
  return said.map((parts) => JSON.stringify(parts)).sort();
}

async function post(port: number, chunk: { text: readonly string[]; attempts: number } | undefined): Promise<boolean> {
  if (chunk === undefined) return false;
  chunk.attempts++;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: `${chunk.text.join('\n')}\n`,
      signal: AbortSignal.timeout(3000),
    });
    await answer.text();
    return answer.status === 200;
  } catch {
    return false;
  }
}
