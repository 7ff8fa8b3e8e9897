import { seededRandom } from '../core/index.ts';

/** Syslog lines `first`, `first + 1`, ... of which no two have a host, program, user, address, request or word in common; a thousand a second of event time. */
export function hostileLines(seed: number): (first: number, count: number) => Uint8Array {
  const random = seededRandom(seed);
  const word = (): string => {
    let text = '';
    for (let i = 0; i < 8; i++) text += String.fromCharCode(97 + Math.floor(random() * 26));
    return text;
  };
  return (first, count) => {
    const lines: string[] = [];
    for (let i = first; i < first + count; i++) {
      const seconds = Math.floor(i / 1000);
      const time = new Date(Date.UTC(2026, 2, 1) + seconds * 1000).toISOString().slice(11, 19);
      const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
      const words = `${word()} ${word()} ${word()} ${word()} ${word()}`;
      lines.push(`Mar  1 ${time} ${word()} ${word()}[${i % 32768}]: ${words} user ${word()} req-${i} from ${address}\n`);
    }
    return Buffer.from(lines.join(''));
  };
}
