import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

describe('a gate', () => {
  it('lets so many run at once and the others follow in the order asked, also after a failure', async () => {
    const gate = new Gate(2);
    const begun: number[] = [];
    const ends: ((fail?: boolean) => void)[] = [];
    let most = 0;
    let running = 0;
    const work = (n: number) =>
      gate.run(async () => {
        begun.push(n);
        most = Math.max(most, ++running);
        await new Promise<void>((resolve, reject) => ends.push((fail) => (fail ? reject(new Error(`${n}`)) : resolve())));
        running--;
        return n;
      });
    const all = [0, 1, 2, 3, 4].map(work);
    const failed = all[0]?.catch((error: Error) => error.message);
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[0]?.(true);
    running--;
    expect(await failed).toBe('0');
    for (let i = 1; i < 5; i++) {
      while (ends[i] === undefined) await new Promise((resolve) => setImmediate(resolve));
      ends[i]?.();
      expect(await all[i]).toBe(i);
    }
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });
});
