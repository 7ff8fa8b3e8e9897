import { afterAll, expect, it } from 'vitest';
import { writeAccessLog } from '../../src/testing/access-lines.ts';
import { peakMemory } from '../../src/testing/peak-memory.ts';
import { CliFolder, MAIN } from './run-cli.ts';

const folder = new CliFolder();
afterAll(() => folder.remove());

const MIB = 2 ** 20;

/** Most memory while an access log of so many bytes is analysed, with room for 8,192 sessions and 65,536 events. */
function peak(bytes: number): number {
  const path = folder.file('access.log');
  writeAccessLog(path, bytes, 1);
  const places = ['--home', folder.file(`home-${bytes}`), '--out', folder.file('out')];
  return peakMemory([MAIN, 'analyze', path, ...places, '--only-sessions', '--detector', 'pca', '--memory', '16MiB', '-o', 'json']).bytes;
}

it('takes no more memory for a log ten times as long', { timeout: 300_000 }, () => {
  const [short, long] = [peak(10e6), peak(100e6)];
  // Held in memory, the 450,000 sessions more take about 400 MiB more.
  expect(long - short).toBeLessThan(200 * MIB);
});
