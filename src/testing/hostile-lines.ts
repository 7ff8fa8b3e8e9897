import { seededRandom } from '../core/index.ts';

const LETTERS = 8;
const WORDS = 26 ** LETTERS;

/** Syslog lines `first`, `first + 1`, ... of which no two have a host, program, user, address, request or word in common; a thousand a second of event time. */
export function hostileLines(seed: number): (first: number, count: number) => Uint8Array {
  const random = seededRandom(seed);
  const word = (): string => {
    let rest = Math.floor(random() * WORDS);
    let text = '';
    for (let i = 0; i < LETTERS; i++) {
      text += String.fromCharCode(97 + (rest % 26));
      rest = Math.floor(rest / 26);
    }
    return text;
  };
  return (first, count) => {
    let lines = '';
    let second = -1;
    let time = '';
    for (let i = first; i < first + count; i++) {
      if (second !== Math.floor(i / 1000)) {
        second = Math.floor(i / 1000);
        time = new Date(Date.UTC(2026, 2, 1) + second * 1000).toISOString().slice(11, 19);
      }
      const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
      const words = `${word()} ${word()} ${word()} ${word()} ${word()}`;
      lines += `Mar  1 ${time} ${word()} ${word()}[${i % 32768}]: ${words} user ${word()} req-${i} from ${address}\n`;
    }
    return Buffer.from(lines);
  };
}
