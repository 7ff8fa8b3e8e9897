import { isBlank, skipBlanks, unsignedAt } from '../bytes/ascii.ts';
import type { TimestampReader } from '../time/timestamps.ts';
import { DEFAULT_DRAIN, type DrainPreset, type Joining, type LogFormat } from './format.ts';
import { isLevel } from './severity.ts';

// Constants of this module, since reads of an import are not folded into the loops.
const SPACE = 32;
const TAB = 9;

export interface LayoutOptions {
  readonly name: string;
  readonly summary: string;
  /**
   * `<Field>` placeholders between literal text; the last field takes the rest of the line. A space stands for one or more
   * blanks, `{…}` around literal text and one field for an optional part. A field ends where the text behind it first occurs.
   */
  readonly pattern: string;
  readonly time: TimestampReader;
  /** The field where the timestamp starts; it may run over following fields. */
  readonly timeField: string;
  readonly host?: string;
  readonly component?: string;
  readonly pid?: string;
  readonly level?: string;
  /** The level must be a word that loggers print as one; keeps a layout from taking lines of other systems. */
  readonly knownLevel?: boolean;
  readonly joining?: Joining;
  readonly drain?: DrainPreset;
  readonly specificity?: number;
}

interface Step {
  /** Index of the field, or -1 for text at the very start. */
  readonly field: number;
  /** Literal that ends the field; empty for the last field. */
  readonly stop: Uint8Array;
  /** The field ends at blanks; a line cut of its trailing blanks may end where the content would have begun. */
  readonly blank: boolean;
  /** An optional part behind the field: opens with `open`, holds field `inner`, closes with `close`. */
  readonly optional?: { readonly open: Uint8Array; readonly inner: number; readonly close: Uint8Array };
}

const TOKEN = /<(\w+)>|\{([^<{}]*)<(\w+)>([^<{}]*)\}|([^<{}]+)/g;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A format from the layout of its header, run as a byte scanner without backtracking. */
export function layout(options: LayoutOptions): LogFormat {
  const { fields, lead, steps } = compile(options.pattern);
  const at = (field: string | undefined): number => (field === undefined ? -1 : fields.indexOf(field));
  const time = at(options.timeField);
  const host = at(options.host);
  const component = at(options.component);
  const pid = at(options.pid);
  const level = at(options.level);
  const content = fields.length - 1;
  const readTime = options.time;
  const knownLevel = options.knownLevel === true;
  return {
    name: options.name,
    summary: options.summary,
    fields: fields.slice(0, -1),
    joining: options.joining ?? 'headerless',
    drain: options.drain ?? DEFAULT_DRAIN,
    specificity: options.specificity ?? 10,
    scan(arena, start, end, header, calendar) {
      const { bytes } = arena;
      const { fieldStart, fieldEnd } = header;
      let p = lead.length === 0 ? start : literalEnd(bytes, start, end, lead);
      if (p < 0) return false;
      for (let s = 0; s < steps.length; s++) {
        const step = steps[s] as Step;
        const { field, stop, optional } = step;
        if (field === time) {
          const read = readTime(bytes, p, end, calendar);
          if (Number.isNaN(read)) return false;
          header.time = read;
        }
        if (field === content) {
          header.messageStart = p;
          header.messageEnd = end;
          break;
        }
        let q = p;
        let behind = -1;
        if (step.blank) {
          while (q < end && bytes[q] !== SPACE && bytes[q] !== TAB) q++;
          if (q >= end && field !== content - 1) return false;
          fieldStart[field] = p;
          fieldEnd[field] = q;
          p = q + 1 < end && bytes[q + 1] !== SPACE && bytes[q + 1] !== TAB ? q + 1 : skipBlanks(bytes, q, end);
          continue;
        }
        const first = stop[0] as number;
        const opening = optional === undefined ? -1 : (optional.open[0] as number);
        if (optional === undefined && first !== SPACE) {
          // Most fields end at a mark that is no blank and have nothing optional behind them.
          for (; q < end; q++) {
            if (bytes[q] !== first) continue;
            behind = literalEnd(bytes, q, end, stop);
            if (behind >= 0) break;
          }
          if (behind < 0) return false;
        }
        for (; behind < 0 && q < end; q++) {
          const byte = bytes[q] as number;
          if (byte === first || (first === SPACE && byte === 9)) {
            behind = literalEnd(bytes, q, end, stop);
            if (behind >= 0) break;
          }
          if (byte === opening && optional !== undefined) {
            behind = optionalEnd(bytes, q, end, optional, stop, fieldStart, fieldEnd);
            if (behind >= 0) break;
          }
        }
        if (behind < 0) return false;
        fieldStart[field] = p;
        fieldEnd[field] = q;
        p = behind;
      }
      if (host >= 0) {
        header.hostStart = fieldStart[host] as number;
        header.hostEnd = fieldEnd[host] as number;
      }
      if (component >= 0) {
        header.componentStart = fieldStart[component] as number;
        header.componentEnd = fieldEnd[component] as number;
      }
      if (level >= 0) {
        header.levelStart = fieldStart[level] as number;
        header.levelEnd = fieldEnd[level] as number;
        if (knownLevel && !isLevel(bytes, header.levelStart, header.levelEnd)) return false;
      }
      if (pid >= 0) header.pid = pidAt(bytes, fieldStart[pid] as number, fieldEnd[pid] as number);
      return true;
    },
  };
}

/** Decimal digits as a process id; -1 when absent or beyond 32 bits. */
export function pidAt(bytes: Uint8Array, start: number, end: number): number {
  const value = start < 0 ? -1 : unsignedAt(bytes, start, end);
  return value > 0x7fffffff ? -1 : value;
}

/** Position behind `literal` at `at`, or -1. A space matches one or more blanks. */
function literalEnd(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  let p = at;
  for (let i = 0; i < literal.length; i++) {
    if (literal[i] === SPACE) {
      if (p >= end || !isBlank(bytes[p])) return -1;
      p = skipBlanks(bytes, p + 1, end);
    } else {
      if (p >= end || bytes[p] !== literal[i]) return -1;
      p++;
    }
  }
  return p;
}

function optionalEnd(
  bytes: Uint8Array,
  at: number,
  end: number,
  part: NonNullable<Step['optional']>,
  stop: Uint8Array,
  fieldStart: Int32Array,
  fieldEnd: Int32Array,
): number {
  const inside = literalEnd(bytes, at, end, part.open);
  if (inside < 0) return -1;
  for (let q = inside; q < end; q++) {
    if (bytes[q] !== part.close[0]) continue;
    const closed = literalEnd(bytes, q, end, part.close);
    const behind = closed < 0 ? -1 : literalEnd(bytes, closed, end, stop);
    if (behind < 0) return -1;
    fieldStart[part.inner] = inside;
    fieldEnd[part.inner] = q;
    return behind;
  }
  return -1;
}

function compile(pattern: string): { fields: string[]; lead: Uint8Array; steps: Step[] } {
  const fields: string[] = [];
  const steps: { field: number; stop: Uint8Array; blank: boolean; optional?: NonNullable<Step['optional']> }[] = [];
  let lead = new Uint8Array(0) as Uint8Array;
  for (const [, field, open, inner, close, text] of pattern.matchAll(TOKEN)) {
    const last = steps.at(-1);
    if (field !== undefined) {
      steps.push({ field: fields.push(field) - 1, stop: new Uint8Array(0), blank: false });
    } else if (inner !== undefined && last !== undefined) {
      last.optional = { open: encode(open ?? ''), inner: fields.push(inner) - 1, close: encode(close ?? '') };
    } else if (text !== undefined) {
      const literal = encode(text.replace(/ +/g, ' '));
      if (last === undefined) lead = literal;
      else {
        last.stop = literal;
        last.blank = literal.length === 1 && literal[0] === SPACE && last.optional === undefined;
      }
    }
  }
  return { fields, lead, steps };
}
