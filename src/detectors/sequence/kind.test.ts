import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../../testing/batches.ts';
import { config } from './config.ts';
import { SequenceDetector } from './detector.ts';

describe('the kind of an unusual sequence', () => {
  const usual = (i: number) => [
    'accepted from client',
    ...Array.from({ length: i % 4 }, () => 'read a page'),
    'checked password of user',
    'loaded account record',
    ...(i % 3 === 0 ? [] : ['transferred money safely']),
    'closed connection',
  ];
  const detector = new SequenceDetector(config.parse({}));
  const kindsOf = async (sequences: readonly (readonly string[])[]) => {
    const batch = sequenceBatch(sequences);
    return Promise.all(sequences.map(async (_, row) => (await detector.explain(batch, row)).kind?.join(' / ')));
  };
  const without = (i: number, ...events: readonly string[]) => usual(i).filter((event) => !events.includes(event));

  it('says what differs, wherever in the sequence, and keeps what differs otherwise apart', async () => {
    await detector.fit(sequenceBatch(Array.from({ length: 1200 }, (_, i) => usual(i))));
    const unchecked = await kindsOf([
      without(1, 'checked password of user'),
      without(2, 'checked password of user'),
      without(7, 'checked password of user'),
    ]);
    expect(new Set(unchecked)).toEqual(new Set(['differs / missing event checked password of user']));
    const swapped = usual(1).with(2, 'loaded account record').with(3, 'checked password of user');
    const early = without(1, 'loaded account record', 'transferred money safely', 'closed connection');
    const stolen = usual(2).with(-1, 'copied the vault');
    const kinds = await kindsOf([without(1, 'checked password of user'), swapped, early, stolen, usual(2).concat(usual(2).slice(-2))]);
    expect(kinds).toEqual([
      'differs / missing event checked password of user',
      'instead / event loaded account record / event read a page',
      'ends before / event loaded account record',
      'never seen / event copied the vault',
      'differs / more event transferred money safely',
    ]);
  });

  it('calls events usual only where many rows have them, not where the row itself was learnt from', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => (i === 300 ? usual(2).toSpliced(3, 0, 'made an account') : usual(i)));
    const itself = new SequenceDetector(config.parse({}));
    const batch = sequenceBatch(rows);
    await itself.fit(batch);
    const { why } = await itself.explain(batch, 300);
    expect(why).toBe('1 of the 600 sequences it learnt from has "event made an account", which is where it differs.');
  });
});
