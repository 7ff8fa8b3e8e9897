import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

describe('work in flight', () => {
  it('goes on beside its caller, never more than the bound at once', async () => {
    const flights = new InFlight(2);
    const ends: (() => void)[] = [];
    let begun = 0;
    const work = () => {
      begun++;
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    await flights.add(work);
    await flights.add(work);
    const third = flights.add(work);
    await Promise.resolve();
    expect(begun).toBe(2);
    ends[0]?.();
    await third;
    expect(begun).toBe(3);
    for (const end of ends) end();
    await flights.settled();
  });

  it('shows a failure at the next chance and begins nothing after it', async () => {
    const flights = new InFlight(1);
    await flights.add(() => Promise.reject(new Error('disk full')));
    let begun = false;
    const next = flights.add(async () => {
      begun = true;
    });
    await expect(next).rejects.toThrow('disk full');
    await expect(flights.settled()).rejects.toThrow('disk full');
    expect(begun).toBe(false);
  });
});
