import { type RecordBatch, recordEnds } from '../../core/index.ts';
import { compileMask } from '../drain/mask-pattern.ts';
import { inAuditValues } from './audit-values.ts';
import { withoutEscapes } from './escapes.ts';
import { KeyedHash } from './keyed-hash.ts';
import { knownNames } from './known-names.ts';
import { PERSONAL_KINDS, PERSONAL_VALUES, type PersonalKind, type Replacement } from './personal-values.ts';

/** A value of one's own to be replaced. */
export interface CustomValue {
  /** What its pseudonyms begin with: `customer` makes `customer_1a2b3c4d5e6f`. */
  readonly name: string;
  /** Text that stands directly before the value; without it the value is looked for wherever a word or a symbol begins. */
  readonly after?: string;
  /** A safe pattern (`compileMask`). */
  readonly value: string;
}

export interface PersonalData {
  readonly kinds: readonly PersonalKind[];
  /** Names of people, of one word or several, replaced wherever they stand as whole words, in upper and lower case. */
  readonly names?: readonly string[];
  readonly values?: readonly CustomValue[];
}

/** Replaces personal data in the bytes of records, before anything looks at them. */
export class RecordPseudonymiser {
  private readonly hash: KeyedHash;
  private readonly replacements: readonly Replacement[];

  constructor(key: Uint8Array, { kinds, names = [], values = [] }: PersonalData) {
    this.hash = new KeyedHash(key);
    this.replacements = [
      ...values.map(custom),
      ...(names.length > 0 ? [knownNames(names)] : []),
      ...PERSONAL_KINDS.filter((kind) => kinds.includes(kind)).map((kind) => PERSONAL_VALUES[kind]),
    ];
  }

  /** The same records, with `originEnds` where any of them changed. */
  apply(batch: RecordBatch): RecordBatch {
    const text = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length).toString('latin1');
    const originEnds = recordEnds(batch);
    const ends = new Uint32Array(originEnds.length);
    const parts: string[] = [];
    let changed = false;
    let length = 0;
    let start = 0;
    for (const [index, end] of originEnds.entries()) {
      const record = text.slice(start, end);
      const replaced = this.text(record);
      changed ||= replaced !== record;
      parts.push(replaced);
      length += replaced.length;
      ends[index] = length;
      start = end;
    }
    return changed ? { ...batch, bytes: new Uint8Array(Buffer.from(parts.join(''), 'latin1')), ends, originEnds } : batch;
  }

  /** One record, its bytes as Latin-1 characters. */
  text(record: string): string {
    return this.replaced(inAuditValues(record, (text) => this.replaced(text)));
  }

  private replaced(text: string): string {
    let replaced = withoutEscapes(text);
    for (const replacement of this.replacements) replaced = replacement(replaced, this.hash);
    return replaced;
  }

  /** The name of an input, such as the address of a sender. */
  name(input: string): string {
    return Buffer.from(this.text(Buffer.from(input, 'utf8').toString('latin1')), 'latin1').toString('utf8');
  }
}

function custom({ name, after = '', value }: CustomValue): Replacement {
  const matches = compileMask(value);
  const before = Buffer.from(after, 'utf8').toString('latin1');
  return (text, hash) => {
    if (!text.includes(before)) return text;
    const bytes = Buffer.from(text, 'latin1');
    let replaced = '';
    let copied = 0;
    for (const at of before === '' ? wordStarts(text) : endsOf(before, text)) {
      if (at < copied) continue;
      const end = matches(bytes, at, bytes.length);
      if (end <= at) continue;
      replaced += text.slice(copied, at) + hash.named(name, text.slice(at, end));
      copied = end;
    }
    return replaced + text.slice(copied);
  };
}

function* endsOf(part: string, text: string): Iterable<number> {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) yield at + part.length;
}

function* wordStarts(text: string): Iterable<number> {
  for (let at = 0; at < text.length; at++) if (at === 0 || !isWord(text.charCodeAt(at - 1))) yield at;
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code >= 128;
}
