import { bytesOf, canonicalName, folded, foldedText } from './case-folding.ts';
import type { Replacement } from './personal-values.ts';

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** The digits of `%20` belong to no word. */
const WORD_OR_ESCAPE = /%[0-9a-f]{2}|[\p{L}\p{N}\p{M}]+/gu;
/** What may stand between the words of one name: `erika.mustermann`, `Mustermann, Erika`, `Erika+Mustermann`. */
const BETWEEN = /^(?:[\s._+'’-]{1,3}|,\s?|%20|\\[tn])$/u;

interface Name {
  readonly words: readonly string[];
  readonly canonical: string;
}

/** Replaces names of people, of one word or several, wherever they stand as whole words, in upper and lower case, the last word first too. */
export function knownNames(names: readonly string[]): Replacement {
  const byFirst = new Map<string, Name[]>();
  for (const name of names) {
    const words = folded(name).match(WORD) ?? [];
    const canonical = canonicalName(bytesOf(name.trim()));
    const orders = words.length === 2 ? [words, [...words].reverse()] : [words];
    for (const order of orders) {
      const [first] = order;
      if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), { words: order, canonical }]);
    }
  }
  // The longest first: of Erika and Erika Mustermann the one that is there.
  for (const same of byFirst.values()) same.sort((a, b) => b.words.length - a.words.length);
  return (bytes, hash) => {
    const { text, starts } = foldedText(bytes);
    let replaced = '';
    let copied = 0;
    const words = wordsOf(text, byFirst);
    for (let i = 0; i < words.length; i++) {
      const name = byFirst.get((words[i] as Word).text)?.find((one) => stands(one, words, i, text));
      if (name === undefined) continue;
      const first = words[i] as Word;
      i += name.words.length - 1;
      const last = words[i] as Word;
      const [from, to] = [first.start, last.start + last.text.length];
      replaced += bytes.slice(copied, starts?.[from] ?? from) + hash.user(name.canonical);
      copied = starts?.[to] ?? to;
    }
    return copied === 0 ? bytes : replaced + bytes.slice(copied);
  };
}

interface Word {
  readonly text: string;
  readonly start: number;
}

/** Behind a backslash the first letter may be of an escape such as `\n`, unless the whole is a name. */
function wordsOf(text: string, names: ReadonlyMap<string, unknown>): Word[] {
  const words: Word[] = [];
  for (const { 0: word, index } of text.matchAll(WORD_OR_ESCAPE)) {
    if (word.startsWith('%')) continue;
    const escaped = text[index - 1] === '\\' && 'bfnrt'.includes(word[0] as string) && !names.has(word);
    words.push(escaped ? { text: word.slice(1), start: index + 1 } : { text: word, start: index });
  }
  return words;
}

function stands({ words: wanted }: Name, words: readonly Word[], at: number, text: string): boolean {
  return wanted.every((word, i) => {
    const here = words[at + i];
    if (here?.text !== word) return false;
    if (i === 0) return true;
    const before = words[at + i - 1] as Word;
    return BETWEEN.test(text.slice(before.start + before.text.length, here.start));
  });
}
