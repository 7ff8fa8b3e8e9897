import { bytes, count, plural } from '../../format/number.ts';
import { duration } from '../../format/time.ts';

/** Counters that read better as words, of one and of many; the others by their name. */
const WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  records: ['record', 'records'],
  events: ['event', 'events'],
  undated: ['record in which no time was recognised', 'records in which no time was recognised'],
  units: ['unit scored', 'units scored'],
  future: ['ahead of the clock', 'ahead of the clock'],
  ahead: ['dated ahead, judged by its arrival', 'dated ahead, judged by their arrival'],
  clockCorrected: ['judged by a corrected clock', 'judged by corrected clocks'],
  failedBatches: ['failed batch', 'failed batches'],
  duplicates: ['repeated reading', 'repeated readings'],
  outOfOrder: ['reading out of order', 'readings out of order'],
  toldAlready: ['finding told already', 'findings told already'],
  measurements: ['measurement', 'measurements'],
  readings: ['reading', 'readings'],
  generated_records: ['generated record', 'generated records'],
  open_flows: ['open flow', 'open flows'],
  clock_off: ['flow timed by its receipt: its exporter’s clock is wrong', 'flows timed by their receipt: their exporter’s clock is wrong'],
};

const NETWORKS: Readonly<Record<string, string>> = { networksUsed: 'in use', networksLearning: 'learning', networksTrained: 'trained' };

/** What a source counted, without what it never met: 52,564 records, 4.5 MiB, ... */
export function counterTexts(counters: Readonly<Record<string, number | null>>): readonly string[] {
  return Object.entries(counters)
    .filter((entry): entry is [string, number] => entry[1] !== null && entry[1] !== 0)
    .map(([name, value]) => {
      const network = NETWORKS[name];
      if (network !== undefined) return `${plural(value, 'network')} ${network}`;
      if (name === 'bytes') return bytes(value);
      const words = WORDS[name];
      return words === undefined ? `${count(value)} ${spaced(name)}` : plural(value, ...words);
    });
}

const spaced = (name: string): string => name.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** Whose clock is off today, and by how much: web1 by 10.0.0.7 59 min behind (40 records). */
export function clockTexts(
  clocks: readonly { readonly sender: string; readonly lines: number; readonly off: number }[],
): readonly string[] {
  return clocks.map(
    ({ sender, lines, off }) => `${sender} ${duration(Math.abs(off))} ${off > 0 ? 'ahead' : 'behind'} (${plural(lines, 'record')})`,
  );
}
