import type { Template } from '../core/index.ts';

/** Id of events whose template is not known (not mined). */
export const UNMINED = 'unmined';

/** Different templates that open events may be of; the parser holds fewer. */
const MOST_HELD = 32_768;

/**
 * Stable template ids -> codes that stay the same while events are open, however the miner numbers its templates. Held by
 * reference: a code whose last event was released is given away after the next `sweep`.
 */
export class Vocabulary {
  private readonly index = new Map<string, number>();
  private readonly ids: (string | undefined)[] = [];
  private readonly texts: string[] = [];
  /** Events held of each code. */
  private readonly holders: number[] = [];
  private held = 0;
  /** Codes that had no event at some time since the last sweep. */
  private unheld: number[] = [];
  private readonly free: number[] = [];
  /** By the miner's code: the id it had when last looked up, and our code for it. */
  private cachedId: string[] = [];
  private cachedCode: number[] = [];

  codeOf(template: number, templates: readonly Template[]): number {
    const known = templates[template];
    const id = known?.id ?? UNMINED;
    if (template >= 0 && this.cachedId[template] === id) {
      const code = this.cachedCode[template] as number;
      if (this.ids[code] === id) {
        if (known !== undefined && this.texts[code] !== known.text) this.texts[code] = known.text;
        return code;
      }
    }
    const code = this.intern(id, known?.text ?? id);
    if (template >= 0) {
      this.cachedId[template] = id;
      this.cachedCode[template] = code;
    }
    return code;
  }

  intern(id: string, text: string): number {
    const known = this.index.get(id);
    if (known !== undefined) {
      this.texts[known] = text;
      return known;
    }
    const code = this.free.pop() ?? this.ids.length;
    this.ids[code] = id;
    this.texts[code] = text;
    this.holders[code] = 0;
    this.unheld.push(code);
    this.index.set(id, code);
    return code;
  }

  id(code: number): string {
    return this.ids[code] as string;
  }

  text(code: number): string {
    return this.texts[code] as string;
  }

  /** Another event of the code is open. */
  hold(code: number): void {
    const before = this.holders[code] as number;
    this.holders[code] = before + 1;
    if (before === 0) this.held++;
  }

  /** An event of the code is open no more. */
  release(code: number): void {
    const left = (this.holders[code] as number) - 1;
    this.holders[code] = left;
    if (left > 0) return;
    this.held--;
    this.unheld.push(code);
  }

  /** True when open events are of as many templates as may be. */
  get full(): boolean {
    return this.held >= MOST_HELD;
  }

  /** Ids known, those included that the next sweep forgets. */
  get size(): number {
    return this.index.size;
  }

  /** Forgets what no open event is of; call when nothing else refers to codes. `forget` is told each code that is given away. */
  sweep(forget?: (code: number) => void): void {
    for (const code of this.unheld) {
      const id = this.ids[code];
      if (id === undefined || (this.holders[code] as number) > 0) continue;
      this.index.delete(id);
      this.ids[code] = undefined;
      this.texts[code] = '';
      this.free.push(code);
      forget?.(code);
    }
    this.unheld = [];
  }
}
