import { describe, expect, it } from 'vitest';
import { seededRandom, type Template } from '../core/index.ts';
import { type LogLine, logBatch } from '../testing/log-batch.ts';
import { chooseSequences, sequencesOf } from './sessions.ts';

const templates: Template[] = ['accepted', 'opened', 'command', 'closed', 'failed'].map((text, i) => ({ id: `t${i}`, text, count: 1 }));

/** Sessions of seconds, a minute apart, with one of few process ids each, so that many come back within a quarter of an hour. */
function sessionsOf(count: number, events: (session: number) => readonly number[]): LogLine[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, session) => {
    const pid = 100 + Math.floor(random() * 60);
    return events(session).map((template, i) => ({
      ...{ message: templates[template]?.text ?? '', template, pid, host: 'srv1' },
      time: (session * 60 + i * 2) * 1e6,
    }));
  }).flat();
}

function lengthsOf(lines: readonly LogLine[]): { ends: readonly string[] | undefined; idle: number | undefined; lengths: number[] } {
  const batches = [logBatch(lines)];
  const feature = chooseSequences(batches, { session: { by: 'pid' } }, templates);
  const rows = sequencesOf(batches, templates, feature);
  const lengths = (rows?.keys ?? []).map((_, row) => (rows?.offsets[row + 1] as number) - (rows?.offsets[row] as number));
  return { ends: feature.ends, idle: feature.session.idle, lengths };
}

describe('sessions of processes whose ids are used again', () => {
  const usual = (session: number) => [0, 1, ...Array.from({ length: session % 3 }, () => 2), 3];

  it('end with the event that ends nearly all of them, and are never joined', () => {
    const { ends, lengths } = lengthsOf(sessionsOf(600, usual));
    expect(ends).toEqual(['t3']);
    expect(lengths).toHaveLength(600);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(600 * 4);
  });

  it('end after a silence that fits them where one has no such end', () => {
    const { ends, idle, lengths } = lengthsOf(sessionsOf(600, (session) => (session % 40 === 7 ? [4] : usual(session))));
    expect(ends).toEqual(['t3']);
    expect(idle).toBe(120e6);
    expect(lengths).toHaveLength(600);
    expect(lengths.filter((length) => length === 1)).toHaveLength(15);
  });

  it('may end in several ways', () => {
    const { ends, lengths } = lengthsOf(sessionsOf(600, (session) => [0, 1, session % 2 === 0 ? 2 : 3]));
    expect(ends).toEqual(['t2', 't3']);
    expect(lengths).toHaveLength(600);
  });

  it('are parted by 15 minutes of silence as before where what ends them also comes amid them, or is all there is', () => {
    const amid = lengthsOf(sessionsOf(600, (session) => (session % 2 === 0 ? [0, 2, 1, 2] : [0, 2, 2])));
    expect([amid.ends, amid.idle]).toEqual([undefined, undefined]);
    const alone = lengthsOf(sessionsOf(600, () => [4]));
    expect([alone.ends, alone.idle]).toEqual([undefined, undefined]);
  });

  it('end as configured where that is configured', () => {
    const lines = [logBatch(sessionsOf(600, usual))];
    expect(chooseSequences(lines, { session: { by: 'pid', end: '^opened' } }, templates).ends).toBeUndefined();
    expect(chooseSequences(lines, { session: { by: 'pid', idle: 5e6 } }, templates)).toMatchObject({
      ends: ['t3'],
      session: { idle: 5e6 },
    });
    expect(chooseSequences(lines, { session: { by: 'host' } }, templates).ends).toBeUndefined();
  });
});
