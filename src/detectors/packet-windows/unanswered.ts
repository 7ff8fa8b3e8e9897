import type { PacketBatch } from '../../core/index.ts';
import type { WindowContext } from './context.ts';
import type { Measure } from './episodes.ts';
import type { Kept } from './kept.ts';
import { evidenceOf, type NotedPacket, plus, RuleWindows } from './rule-windows.ts';
import type { RuleName } from './rules.ts';
import { WINDOW, type WindowsState } from './windows.ts';

/** At the end of a capture, what had this long to answer counts as silent. */
const AT_THE_END = 500_000;

export interface UnansweredRule {
  readonly rule: RuleName;
  readonly key: 'source' | 'pair';
  /** Of a window. */
  readonly seconds: number;
  readonly threshold: number;
  /** Of those tried, that has to be silent. */
  readonly share: number;
  readonly subject: string;
  /** How many have to be tried, whether they answer or not; then this is what the finding measures first. */
  readonly least?: { readonly threshold: number; readonly subject: string };
  /** Told in its place where too few are silent. */
  readonly answered?: { readonly rule: RuleName; readonly threshold: number; readonly subject: string };
}

interface Waiting {
  readonly noted: NotedPacket;
  /** Since when there are too many. */
  readonly since: number;
}

interface State {
  readonly windows: WindowsState;
  readonly answered: WindowsState | undefined;
  readonly waiting: readonly (readonly [number, Waiting])[];
}

/** What a source tries that does not answer. Fires once it had the time to, with the next packet or when that time is over. */
export class Unanswered implements Kept {
  readonly #rule: UnansweredRule;
  readonly #windows: RuleWindows;
  readonly #answered: RuleWindows | undefined;
  readonly #grace: number;
  readonly #waiting = new Map<number, Waiting>();
  #next = Number.POSITIVE_INFINITY;

  constructor(rule: UnansweredRule, context: WindowContext) {
    this.#rule = rule;
    this.#windows = new RuleWindows(rule.rule, rule.seconds, context);
    this.#answered = rule.answered && new RuleWindows(rule.answered.rule, rule.seconds, context);
    this.#grace = context.config.answerSeconds * 1e6;
  }

  /** Number of the open window of what row `row` tries, or answers; 0 where there is none. */
  windowOf(batch: PacketBatch, row: number, answers: boolean): number {
    const { windows } = this.#windows;
    const at = answers
      ? this.#windows.find(batch, row, this.#rule.key === 'pair' ? 'reverse-pair' : 'destination')
      : this.#windows.open(batch, row, this.#rule.key);
    return at < 0 ? 0 : (windows.values[at + WINDOW.id] as number);
  }

  /** Something new was tried. a: tried; b: of these, answered; c: for the first time ever; over: since when too many are silent. */
  tried(batch: PacketBatch, row: number, extra = 0, first = true): void {
    const { key } = this.#rule;
    const at = this.#windows.open(batch, row, key, extra);
    const { values } = this.#windows.windows;
    plus(values, at + WINDOW.a);
    if (first) plus(values, at + WINDOW.c);
    const time = batch.time[row] as number;
    if (!this.#holds(at)) {
      values[at + WINDOW.over] = 0;
      this.#tell(batch, row, at, extra);
      return;
    }
    if (values[at + WINDOW.over] === 0) {
      values[at + WINDOW.over] = time;
      this.#waiting.set(at, { noted: this.#windows.note(batch, row, at, key), since: time });
      this.#next = Math.min(this.#next, time + this.#grace);
    } else if (time - (values[at + WINDOW.over] as number) >= this.#grace) this.#windows.fire(batch, row, at, key, this.#measures(at));
    else {
      const waiting = this.#waiting.get(at);
      if (waiting !== undefined) this.#waiting.set(at, { ...waiting, noted: { ...waiting.noted, line: evidenceOf(batch, row) } });
    }
  }

  /** Row `row` answers what its destination tried. */
  answered(batch: PacketBatch, row: number, extra = 0): void {
    const { values } = this.#windows.windows;
    const at = this.#windows.find(batch, row, this.#rule.key === 'pair' ? 'reverse-pair' : 'destination', extra);
    if (at < 0 || (values[at + WINDOW.b] as number) >= (values[at + WINDOW.a] as number)) return;
    plus(values, at + WINDOW.b);
    if (!this.#holds(at)) values[at + WINDOW.over] = 0;
  }

  /** Time has come to `now`; Infinity: there is nothing after `last`. */
  advance(now: number, last: number): void {
    if (now < this.#next) return;
    this.#next = Number.POSITIVE_INFINITY;
    const { values } = this.#windows.windows;
    for (const [at, { noted, since }] of this.#waiting) {
      const due = since + this.#grace;
      const over = values[at + WINDOW.id] !== noted.window || values[at + WINDOW.over] !== since;
      if (!over && due > now) {
        this.#next = Math.min(this.#next, due);
        continue;
      }
      this.#waiting.delete(at);
      if (!over && (due <= last || last - since >= AT_THE_END)) this.#windows.fireNoted(noted, Math.min(due, now), this.#measures(at));
    }
  }

  #tell(batch: PacketBatch, row: number, at: number, extra: number): void {
    const { answered, key, seconds } = this.#rule;
    const tried = this.#windows.windows.values[at + WINDOW.c] as number;
    if (answered === undefined || this.#answered === undefined || tried < answered.threshold) return;
    const place = this.#answered.open(batch, row, key, extra);
    this.#answered.fire(batch, row, place, key, [
      { subject: answered.subject, value: tried, threshold: answered.threshold, unit: `in ${seconds} s` },
    ]);
  }

  #silent(at: number): number {
    const { values } = this.#windows.windows;
    return (values[at + WINDOW.a] as number) - (values[at + WINDOW.b] as number);
  }

  #holds(at: number): boolean {
    const silent = this.#silent(at);
    const tried = this.#windows.windows.values[at + WINDOW.a] as number;
    return silent >= this.#rule.threshold && silent >= this.#rule.share * tried && tried >= (this.#rule.least?.threshold ?? 0);
  }

  #measures(at: number): Measure[] {
    const { subject, threshold, seconds, least } = this.#rule;
    const silent: Measure = { subject, value: this.#silent(at), threshold, unit: `in ${seconds} s` };
    if (least === undefined) return [silent];
    const tried = this.#windows.windows.values[at + WINDOW.a] as number;
    return [{ subject: least.subject, value: tried, threshold: least.threshold, unit: `in ${seconds} s` }, silent];
  }

  snapshot(): State {
    return {
      windows: this.#windows.windows.snapshot(),
      answered: this.#answered?.windows.snapshot(),
      waiting: structuredClone([...this.#waiting]),
    };
  }

  restore({ windows, answered, waiting }: State): void {
    this.#windows.windows.restore(windows);
    if (answered !== undefined) this.#answered?.windows.restore(answered);
    this.#waiting.clear();
    this.#next = Number.POSITIVE_INFINITY;
    for (const [at, one] of structuredClone(waiting)) {
      this.#waiting.set(at, one);
      this.#next = Math.min(this.#next, one.since + this.#grace);
    }
  }
}
