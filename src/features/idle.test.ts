import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND } from '../core/index.ts';
import { createLogParser } from '../parsers/index.ts';
import { observedIdle } from './idle.ts';
import { chooseSequences } from './sessions.ts';

function parsed(pauseSeconds: number, sessions: number) {
  const lines: { at: number; text: string }[] = [];
  for (let session = 0; session < sessions; session++) {
    for (let event = 0; event < 4; event++) {
      const at = session + event * pauseSeconds;
      const iso = new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();
      lines.push({ at, text: `${iso} web app[1]: job-${10_000 + session} step ${event}\n` });
    }
  }
  const text = lines
    .sort((a, b) => a.at - b.at)
    .map((line) => line.text)
    .join('');
  const bytes = new TextEncoder().encode(text);
  return createLogParser().parse({ input: 'x', generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true }, 'x', () => {});
}

describe('how long a session is waited for', () => {
  it('follows the pauses that sessions have', () => {
    expect(observedIdle([parsed(30, 500)], { kind: 'prefix', prefix: 'job-' })).toBe(300 * MICROS_PER_SECOND);
    expect(observedIdle([parsed(1, 500)], { kind: 'prefix', prefix: 'job-' })).toBe(120 * MICROS_PER_SECOND);
  });

  it('says nothing from too little', () => {
    expect(observedIdle([parsed(30, 10)], { kind: 'prefix', prefix: 'job-' })).toBeUndefined();
  });

  it('is used in a running stream unless it is configured', () => {
    const sample = [parsed(30, 500)];
    const session = { by: 'job-' };
    expect(chooseSequences(sample, { session, closing: 'observed' }).session.idle).toBe(300 * MICROS_PER_SECOND);
    expect(chooseSequences(sample, { session: { ...session, idle: 5 }, closing: 'observed' }).session.idle).toBe(5);
    expect(chooseSequences(sample, { session }).session.idle).toBeUndefined();
  });
});
