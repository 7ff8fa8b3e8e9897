import { describe, expect, it } from 'vitest';
import type { SequenceBatch, Verdict } from '../../core/index.ts';
import { sequenceBatch } from '../../testing/batches.ts';
import { sequenceSubject } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { SequenceDetector } from './detector.ts';

const subject = sequenceSubject(() => new SequenceDetector(config.parse({})));

async function fitted(): Promise<SequenceDetector> {
  const detector = new SequenceDetector(config.parse({}));
  await detector.fit(subject.normal);
  return detector;
}

const label = (detector: SequenceDetector, batch: SequenceBatch, row: number, verdict: Verdict, alertId = `${verdict}-${row}`) => ({
  alertId,
  verdict,
  entity: batch.entities[row] as string,
  row: detector.describe(batch, row),
});

describe('labels on sequences', () => {
  const odd = sequenceBatch([
    ['open', 'auth', 'read', 'audit', 'close'],
    ['open', 'auth', 'read', 'read', 'audit', 'close'],
    ['open', 'auth', 'read', 'wipe', 'close'],
    ['open', 'auth', 'read', 'audit', 'close'],
  ]);

  it('quieten what is alike but not the same, and not another unseen event', async () => {
    const detector = await fitted();
    const before = (await detector.score(odd)).score;
    detector.applyLabels([label(detector, odd, 0, 'false-positive')]);
    const after = (await detector.score(odd)).score;
    expect(after[0] as number).toBeLessThan(before[0] as number);
    expect(after[1] as number).toBeLessThan((before[1] as number) * 0.7);
    expect(after[2]).toBe(before[2]);
  });

  it('of a true positive outweigh a false positive further away, and raise what is alike', async () => {
    const detector = await fitted();
    const before = (await detector.score(odd)).score;
    const both = [label(detector, odd, 0, 'false-positive'), label(detector, odd, 1, 'true-positive')];
    detector.applyLabels(both);
    const after = (await detector.score(odd)).score;
    expect(after[0] as number).toBeLessThan(before[0] as number);
    expect(after[1] as number).toBeGreaterThanOrEqual(before[1] as number);
  });

  it('of a benign row hold for its entity alone', async () => {
    const detector = await fitted();
    const before = (await detector.score(odd)).score;
    detector.applyLabels([label(detector, odd, 0, 'benign')]);
    const after = (await detector.score(odd)).score;
    expect(after[0] as number).toBeLessThan(before[0] as number);
    expect(after.slice(1)).toEqual(before.slice(1));
  });

  it('stay in force when the model goes on learning', async () => {
    const detector = await fitted();
    detector.applyLabels([label(detector, odd, 0, 'false-positive')]);
    await detector.learn(subject.normal);
    const labelled = (await detector.score(odd)).score;
    detector.applyLabels([]);
    expect(labelled[0] as number).toBeLessThan((await detector.score(odd)).score[0] as number);
  });

  it('explain an unseen event by name, with what was expected instead', async () => {
    const detector = await fitted();
    const explanation = await detector.explain({ ...odd, eventText: odd.vocabulary.map((id) => `session ${id}`) }, 2);
    expect(explanation.what).toBe('A sequence of 5 events contains an event never seen before: "session wipe".');
    expect(explanation.why).toBe('None of the 240 normal sequences it learnt from has this event.');
    expect(explanation.contributions.find(({ subject }) => subject === 'session wipe')).toMatchObject({
      subject: 'session wipe',
      observed: 'once',
      seenBefore: 0,
    });
    expect(explanation.surprising).toContain(3);
    expect(explanation.expectedNext?.[0]?.event).toMatch(/session close|event read|session read/);
  });

  it('explain a sequence cut short by what was to follow', async () => {
    const detector = await fitted();
    const explanation = await detector.explain(sequenceBatch([['open', 'auth', 'read']]), 0);
    expect(explanation.what).toMatch(/^A sequence of 3 events ends where others go on with "event (read|close)"\.$/);
    expect(explanation.why).toBe('Of 240 normal sequences none ended after events like its last ones.');
    expect(explanation.surprising).toEqual([]);
    expect(explanation.harmless).toContain('The sequence was still running, or began before, where the data were cut.');
  });
});
