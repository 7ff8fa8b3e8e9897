import type { LogBatch, ShapeColumn } from '../../core/index.ts';
import { CLASS_OF } from './character-class.ts';
import type { Prefilter } from './prefilter.ts';

/** Lines of a shape that are looked at one by one before it is worth working out what holds for all of them. */
const LOOKED_AT = 16;
const [NEVER, MAYBE] = [254, 255];
/** Sets of states beyond this are not followed. */
const MOST_STATES = 512;
/** What a masked stretch may be: how it begins and the characters it goes on with, as classes. */
const MASKED = (
  [
    ['', '0123456789.:'],
    ['0x', '0123456789abcdef'],
    ['', '0123456789abcdef-'],
    ['blk_', '0123456789-'],
  ] as const
).map(([lead, rest]) => ({ lead: classesOf(lead), rest: classesOf(rest) }));

/** Whether lines can hold a literal of the prefilter, worked out once for lines that read alike but for masked numbers. */
export class ShapeVerdicts {
  readonly #prefilter: Prefilter;
  #shape: ShapeColumn | undefined;
  #verdicts = new Uint8Array(0);
  /** By state: those reached through a masked stretch; undefined where a literal may end in it or there are too many. */
  readonly #through = new Map<number, readonly number[] | undefined>();
  /** By state: the step that met it last. */
  readonly #met: Int32Array;
  #steps = 0;

  constructor(prefilter: Prefilter) {
    this.#prefilter = prefilter;
    this.#met = new Int32Array(prefilter.states);
  }

  begin(batch: LogBatch): void {
    this.#shape = batch.shape;
    this.#verdicts = new Uint8Array(batch.shape?.text.start.length ?? 0);
  }

  /** False where no literal can be in the row's message. */
  canTouch(row: number): boolean {
    const code = this.#shape?.codes[row] ?? -1;
    if (code < 0) return true;
    const verdict = this.#verdicts[code] as number;
    if (verdict === NEVER) return false;
    if (verdict === MAYBE) return true;
    this.#verdicts[code] = verdict < LOOKED_AT ? verdict + 1 : this.#isTouched(code) ? MAYBE : NEVER;
    return true;
  }

  /** Follows every state that the prefilter may be in, whatever the masked stretches hold. */
  #isTouched(code: number): boolean {
    const { text, masks } = this.#shape as ShapeColumn;
    const { bytes } = text;
    const prefilter = this.#prefilter;
    let mask = masks.first[code] as number;
    const last = masks.first[code + 1] as number;
    let states: readonly number[] = [0];
    for (let at = text.start[code] as number; at < (text.end[code] as number); ) {
      if (mask < last && masks.start[mask] === at) {
        const through = this.#throughMask(states);
        if (through === undefined) return true;
        states = through;
        at = masks.end[mask++] as number;
        continue;
      }
      const symbol = CLASS_OF[bytes[at++] as number] as number;
      const next: number[] = [];
      this.#steps++;
      for (const state of states) {
        const to = prefilter.step(state, symbol);
        if (prefilter.isEnd(to)) return true;
        this.#meet(to, next);
      }
      states = next;
    }
    return false;
  }

  #throughMask(states: readonly number[]): readonly number[] | undefined {
    const all: number[] = [];
    const reached = states.map((state) => this.#reachedFrom(state));
    this.#steps++;
    for (const some of reached) {
      if (some === undefined) return undefined;
      for (const state of some) this.#meet(state, all);
    }
    return all.length > MOST_STATES ? undefined : all;
  }

  #reachedFrom(state: number): readonly number[] | undefined {
    if (!this.#through.has(state)) this.#through.set(state, this.#worked(state));
    return this.#through.get(state);
  }

  #worked(state: number): readonly number[] | undefined {
    const prefilter = this.#prefilter;
    const all = new Set<number>();
    for (const { lead, rest } of MASKED) {
      let from = state;
      for (const symbol of lead) {
        from = prefilter.step(from, symbol);
        if (prefilter.isEnd(from)) return undefined;
      }
      const found: number[] = [];
      this.#steps++;
      for (let next: number | undefined = from, head = 0; next !== undefined; next = found[head++]) {
        for (const symbol of rest) {
          const to = prefilter.step(next, symbol);
          if (prefilter.isEnd(to)) return undefined;
          this.#meet(to, found);
        }
        if (found.length > MOST_STATES) return undefined;
      }
      for (const one of found) all.add(one);
    }
    return [...all];
  }

  /** Appends a state that was not met in this step. */
  #meet(state: number, into: number[]): void {
    if (this.#met[state] === this.#steps) return;
    this.#met[state] = this.#steps;
    into.push(state);
  }
}

function classesOf(text: string): number[] {
  return Array.from(text, (char) => CLASS_OF[char.charCodeAt(0)] as number);
}
