import { bytes, count, plural } from '../../format/number.ts';

/** Counters that read better as words; the others by their name. */
const WORDS: Readonly<Record<string, string>> = {
  units: 'units scored',
  future: 'ahead of the clock',
  failedBatches: 'failed batches',
};

const NETWORKS: Readonly<Record<string, string>> = { networksUsed: 'in use', networksLearning: 'learning', networksTrained: 'trained' };

/** What a source counted, without what it never met: 52,564 records, 4.5 MiB, ... */
export function counterTexts(counters: Readonly<Record<string, number | null>>): readonly string[] {
  return Object.entries(counters)
    .filter((entry): entry is [string, number] => entry[1] !== null && entry[1] !== 0)
    .map(([name, value]) => {
      const network = NETWORKS[name];
      if (network !== undefined) return `${plural(value, 'network')} ${network}`;
      return name === 'bytes' ? bytes(value) : `${count(value)} ${WORDS[name] ?? spaced(name)}`;
    });
}

const spaced = (name: string): string => name.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
