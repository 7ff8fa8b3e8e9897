import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countPorts, portCode, portRarity } from './port-rarity.ts';

describe('rarity of ports', () => {
  it('is the surprise of the share of learnt flows, half a flow added', () => {
    const dns = portCode(17, 53);
    const ports = countPorts([dns, dns, dns, portCode(6, 443)]);
    expect(ports.flows).toBe(4);
    expect(portRarity(ports, dns)).toBeCloseTo(-Math.log(3.5 / 5), 12);
    expect(portRarity(ports, portCode(6, 443))).toBeCloseTo(-Math.log(1.5 / 5), 12);
    // the same number of another protocol is another port
    expect(portRarity(ports, portCode(6, 53))).toBeCloseTo(-Math.log(0.5 / 5), 12);
  });

  it('tells every port of every protocol apart in float32, and what is absent from none of them', () => {
    const both = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 65_535 }));
    fc.assert(
      fc.property(both, both, ([p, a], [q, b]) => {
        const same = p === q && a === b;
        expect(Math.fround(portCode(p, a)) === Math.fround(portCode(q, b))).toBe(same);
      }),
    );
    for (const none of [Number.NaN, -1, 1e9, Number.POSITIVE_INFINITY]) expect(portCode(none, none)).toBe(0);
  });

  it('keeps the most frequent ports where there are too many', () => {
    const codes = [...Array.from({ length: 9000 }, (_, port) => portCode(6, port)), portCode(17, 53), portCode(17, 53)];
    const ports = countPorts(codes);
    expect(ports.counts.size).toBe(8192);
    expect(ports.flows).toBe(9002);
    expect(ports.counts.get(portCode(17, 53))).toBe(2);
  });
});
