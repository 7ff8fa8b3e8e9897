/** Expression of a regular language over UTF-16 code units: what can be matched in linear time. */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not-word' }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

export class RegexRefused extends Error {}

const MAX_LENGTH = 4000;
const MAX_DEPTH = 50;
const MAX_REPEAT = 1000;
const ANY: readonly [number, number] = [0, 0xffff];
const DIGIT: Ranges = [[48, 57]];
const WORD: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: Ranges = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x2028, 0x2029],
];
type Ranges = readonly (readonly [number, number])[];

/** Throws RegexRefused for what is wrong or cannot be matched in linear time (look-around, back-references). */
export function parseRegex(source: string, given: RegexFlags): { node: Node; flags: RegexFlags } {
  if (source.length > MAX_LENGTH) throw new RegexRefused(`it is longer than ${MAX_LENGTH} characters`);
  let flags = given;
  const inline = /^\(\?([ims]+)\)/.exec(source);
  if (inline !== null) {
    const set = inline[1] as string;
    flags = {
      ignoreCase: flags.ignoreCase || set.includes('i'),
      multiline: flags.multiline || set.includes('m'),
      dotAll: flags.dotAll || set.includes('s'),
    };
  }
  const parser = new Parser(source, inline?.[0].length ?? 0, flags);
  return { node: parser.parse(), flags };
}

class Parser {
  readonly #source: string;
  readonly #flags: RegexFlags;
  #at: number;
  #depth = 0;

  constructor(source: string, at: number, flags: RegexFlags) {
    this.#source = source;
    this.#at = at;
    this.#flags = flags;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new RegexRefused(`there is an unmatched ) at ${this.#at}`);
    return node;
  }

  #choice(): Node {
    if (++this.#depth > MAX_DEPTH) throw new RegexRefused('it is nested too deeply');
    const parts = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      parts.push(this.#sequence());
    }
    this.#depth--;
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'choice', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#source.length && this.#source[this.#at] !== '|' && this.#source[this.#at] !== ')') {
      parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts };
  }

  #repeated(atom: Node): Node {
    const char = this.#source[this.#at];
    let bounds: readonly [number, number] | undefined;
    if (char === '*') bounds = [0, Infinity];
    else if (char === '+') bounds = [1, Infinity];
    else if (char === '?') bounds = [0, 1];
    else if (char === '{') {
      const match = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 16));
      if (match === null || (match[1] === '' && match[2] === undefined)) return atom;
      const min = Number(match[1]);
      const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
      if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) throw new RegexRefused(`it repeats more than ${MAX_REPEAT} times`);
      if (max < min) throw new RegexRefused(`its repetition ${match[0]} is the wrong way round`);
      bounds = [min, max];
      this.#at += match[0].length - 1;
    }
    if (bounds === undefined) return atom;
    this.#at++;
    if (this.#source[this.#at] === '?') this.#at++;
    else if (this.#source[this.#at] === '+') throw new RegexRefused('possessive quantifiers are not supported');
    return this.#repeated({ kind: 'repeat', part: atom, min: bounds[0], max: bounds[1] });
  }

  #atom(): Node {
    const char = this.#source[this.#at++] as string;
    if (char === '(') return this.#group();
    if (char === '[') return this.#class();
    if (char === '.')
      return {
        kind: 'set',
        ranges: this.#flags.dotAll
          ? [ANY]
          : complement([
              [10, 10],
              [13, 13],
            ]),
      };
    if (char === '^') return { kind: 'assert', what: 'start' };
    if (char === '$') return { kind: 'assert', what: 'end' };
    if (char === '*' || char === '+' || char === '?') throw new RegexRefused(`there is nothing to repeat at ${this.#at - 1}`);
    if (char !== '\\') return this.#literal(char.charCodeAt(0));
    const next = this.#source[this.#at];
    if (next === 'b' || next === 'B') {
      this.#at++;
      return { kind: 'assert', what: next === 'b' ? 'word' : 'not-word' };
    }
    if (next === 'A' || next === 'Z' || next === 'z') {
      this.#at++;
      return { kind: 'assert', what: next === 'A' ? 'start' : 'end' };
    }
    const escaped = this.#escape();
    return typeof escaped === 'number' ? this.#literal(escaped) : { kind: 'set', ranges: escaped };
  }

  #group(): Node {
    if (this.#source[this.#at] === '?') {
      const named = /^\?(?::|P?<[A-Za-z_]\w*>)/.exec(this.#source.slice(this.#at, this.#at + 80));
      if (named === null) throw new RegexRefused('look-around and flags inside are not supported: they cannot be matched in linear time');
      this.#at += named[0].length;
    }
    const node = this.#choice();
    if (this.#source[this.#at] !== ')') throw new RegexRefused('a ( is not closed');
    this.#at++;
    return node;
  }

  #class(): Node {
    const negated = this.#source[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; ; first = false) {
      if (this.#at >= this.#source.length) throw new RegexRefused('a [ is not closed');
      if (this.#source[this.#at] === ']' && !first) break;
      const low = this.#classItem();
      if (typeof low !== 'number') {
        ranges.push(...low);
        continue;
      }
      if (this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']' && this.#at + 1 < this.#source.length) {
        this.#at++;
        const high = this.#classItem();
        if (typeof high !== 'number' || high < low) throw new RegexRefused('a range in [ ] is wrong');
        ranges.push([low, high]);
      } else ranges.push([low, low]);
    }
    this.#at++;
    const folded = this.#flags.ignoreCase ? fold(ranges) : ranges;
    return { kind: 'set', ranges: negated ? complement(folded) : folded };
  }

  #classItem(): number | Ranges {
    const char = this.#source[this.#at++] as string;
    return char === '\\' ? this.#escape() : char.charCodeAt(0);
  }

  /** After a backslash: a code unit or a set. */
  #escape(): number | Ranges {
    const char = this.#source[this.#at++];
    if (char === undefined) throw new RegexRefused('it ends with a backslash');
    const set = ({ d: DIGIT, w: WORD, s: SPACE } as Record<string, Ranges>)[char.toLowerCase()];
    if (set !== undefined) return char === char.toLowerCase() ? set : complement(set);
    const control = ({ n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0, a: 7, e: 27 } as Record<string, number>)[char];
    if (control !== undefined) return control;
    if (char === 'x' || char === 'u') {
      const digits = char === 'x' ? 2 : 4;
      const hex = this.#source.slice(this.#at, this.#at + digits);
      if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits) throw new RegexRefused(`\\${char} needs ${digits} hexadecimal digits`);
      this.#at += digits;
      return Number.parseInt(hex, 16);
    }
    if (/[1-9]/.test(char)) throw new RegexRefused('back-references are not supported: they cannot be matched in linear time');
    if (/[A-Za-z]/.test(char)) throw new RegexRefused(`\\${char} is not supported`);
    return char.charCodeAt(0);
  }

  #literal(code: number): Node {
    const ranges: Ranges = [[code, code]];
    return { kind: 'set', ranges: this.#flags.ignoreCase ? fold(ranges) : ranges };
  }
}

function complement(ranges: Ranges): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const result: (readonly [number, number])[] = [];
  let from = 0;
  for (const [low, high] of sorted) {
    if (low > from) result.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= 0xffff) result.push([from, 0xffff]);
  return result;
}

/** ASCII letters in both cases. */
function fold(ranges: Ranges): Ranges {
  const result = [...ranges];
  for (const [low, high] of ranges) {
    const upper = [Math.max(low, 65), Math.min(high, 90)] as const;
    if (upper[0] <= upper[1]) result.push([upper[0] + 32, upper[1] + 32]);
    const lower = [Math.max(low, 97), Math.min(high, 122)] as const;
    if (lower[0] <= lower[1]) result.push([lower[0] - 32, lower[1] - 32]);
  }
  return result;
}
