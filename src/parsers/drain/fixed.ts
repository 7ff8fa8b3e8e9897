import type { Template } from '../../core/index.ts';
import type { IntList } from '../bytes/int-list.ts';
import { BLANK, BYTE_CLASS } from './byte-class.ts';
import { WILD_TEXT } from './token-text.ts';

/** A template whose id and text are given, as in logparser's templates file. `<*>` stands for any text, also none. */
export interface FixedTemplate {
  readonly eventId: string;
  readonly template: string;
}

class Entry implements Template {
  readonly id: string;
  readonly text: string;
  count = 0;
  /** Text between the wildcards; n wildcards make n + 1 parts. */
  readonly parts: readonly Uint8Array[];
  readonly literalBytes: number;

  constructor({ eventId, template }: FixedTemplate) {
    this.id = eventId;
    this.text = template;
    this.parts = template
      .trim()
      .split(WILD_TEXT)
      .map((part) => new TextEncoder().encode(part));
    this.literalBytes = this.parts.reduce((sum, part) => sum + part.length, 0);
  }
}

/** Matches lines against given templates: of those that fit, the one with the most literal text, then the first given. */
export class FixedTemplates {
  readonly templates: readonly Template[];
  private readonly ranked: readonly { readonly entry: Entry; readonly code: number }[];
  private readonly spanStart: Int32Array;
  private readonly spanEnd: Int32Array;
  private spans = 0;

  constructor(templates: readonly FixedTemplate[]) {
    const entries = templates.map((template) => new Entry(template));
    this.templates = entries;
    this.ranked = entries
      .map((entry, code) => ({ entry, code }))
      .sort((a, b) => b.entry.literalBytes - a.entry.literalBytes || a.code - b.code);
    const most = Math.max(0, ...entries.map((entry) => entry.parts.length));
    this.spanStart = new Int32Array(most);
    this.spanEnd = new Int32Array(most);
  }

  /** Code of the template that bytes[start, end) is of, or -1. */
  assign(bytes: Uint8Array, start: number, end: number): number {
    let from = start;
    let to = end;
    while (to > from && BYTE_CLASS[bytes[to - 1] as number] === BLANK) to--;
    while (from < to && BYTE_CLASS[bytes[from] as number] === BLANK) from++;
    for (const { entry, code } of this.ranked) {
      if (!this.fits(entry.parts, bytes, from, to)) continue;
      entry.count++;
      return code;
    }
    return -1;
  }

  /** Appends the parameters of the line assigned last. */
  parameters(start: IntList, end: IntList): void {
    for (let i = 0; i < this.spans; i++) {
      start.push(this.spanStart[i] as number);
      end.push(this.spanEnd[i] as number);
    }
  }

  setCounts(counts: readonly number[]): void {
    this.ranked.forEach(({ entry, code }) => {
      entry.count = counts[code] ?? 0;
    });
  }

  /** First part at the start, last at the end, the others leftmost in between: linear, and complete for patterns of this kind. */
  private fits(parts: readonly Uint8Array[], bytes: Uint8Array, start: number, end: number): boolean {
    const first = parts[0] as Uint8Array;
    if (!holds(bytes, start, end, first)) return false;
    let p = start + first.length;
    const last = parts.length - 1;
    this.spans = last;
    if (last === 0) return p === end;
    for (let i = 1; i < last; i++) {
      const part = parts[i] as Uint8Array;
      const at = indexOf(bytes, p, end, part);
      if (at < 0) return false;
      this.spanStart[i - 1] = p;
      this.spanEnd[i - 1] = at;
      p = at + part.length;
    }
    const tail = parts[last] as Uint8Array;
    const at = end - tail.length;
    if (at < p || !holds(bytes, at, end, tail)) return false;
    this.spanStart[last - 1] = p;
    this.spanEnd[last - 1] = at;
    return true;
  }
}

function holds(bytes: Uint8Array, at: number, end: number, part: Uint8Array): boolean {
  if (end - at < part.length) return false;
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}

function indexOf(bytes: Uint8Array, start: number, end: number, part: Uint8Array): number {
  for (let p = start; p + part.length <= end; p++) if (holds(bytes, p, end, part)) return p;
  return -1;
}
