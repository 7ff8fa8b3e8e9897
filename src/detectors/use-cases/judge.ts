import type { Micros } from '../../core/index.ts';
import { figure, type Measure } from './finding.ts';
import { OwnHistories } from './own-history.ts';
import type { Level, UseCase } from './use-case.ts';

/** Aggregates that never fall, so that their level can fire in the open window; sums are of amounts, which are never negative. */
const RISING = /^(?:count|distinct|distinct-length|max|sum|first-seen)\(/;

const NEAR = 10;

/** Decides on the windows of one use case; remembers earlier windows where it compares with them. */
export class Judge {
  readonly useCase: UseCase;
  readonly levels: readonly Level[];
  readonly histories: OwnHistories | undefined;

  /** `overrides`: levels by aggregate in place of the shipped ones. */
  constructor(useCase: UseCase, overrides: Readonly<Record<string, number>>, maxHistories: number) {
    this.useCase = useCase;
    this.levels = useCase.levels.map((level) => ({ ...level, level: overrides[level.column] ?? level.level }));
    this.histories = useCase.history === undefined ? undefined : new OwnHistories(maxHistories);
  }

  /** Levels an open window is watched for, since reaching them settles it; none where only its end can tell. */
  watched(aggregates: Readonly<Record<string, string>>): readonly Level[] {
    if (this.useCase.history?.kind === 'none') return [];
    const rising = this.levels.filter(({ column, below }) => below !== true && RISING.test(aggregates[column] ?? ''));
    const settled = rising.length === this.levels.length && rising.every(({ share }) => share === undefined);
    return settled || this.useCase.early === true ? rising : [];
  }

  /** Levels of one key: what its own past allows, where that is more. Out of reach while there is too little of it. */
  levelsOf(keys: readonly string[]): readonly number[] {
    const { history } = this.useCase;
    if (history?.kind !== 'more') return this.levels.map(({ level }) => level);
    const key = keys.join('|');
    const own =
      (this.histories?.windows(key) ?? 0) < history.windows
        ? history.optional === true
          ? 0
          : Number.POSITIVE_INFINITY
        : history.factor * (this.histories?.quantile(key, 0.99) ?? 0);
    return this.levels.map(({ column, level }) => (column === history.column ? Math.max(level, own) : level));
  }

  /** What was measured, where all conditions hold. */
  judge(keys: readonly string[], value: (column: string) => number): readonly Measure[] | undefined {
    const levels = this.levelsOf(keys);
    const { history } = this.useCase;
    if (!this.#reaches(keys, value)) return undefined;
    const measures = this.levels.map(({ column, subject, below }, i) => ({
      subject,
      value: value(column),
      level: levels[i] as number,
      below: below === true,
      history: history?.column === column && this.#hasPast(keys) ? this.#past(keys, value(column)) : '',
    }));
    if (history?.kind !== 'none') return measures;
    const key = keys.join('|');
    const always = (this.histories?.windows(key) ?? 0) >= history.windows && (this.histories?.least(key) ?? 0) > 0;
    if (!always || value(history.column) !== 0) return undefined;
    return [{ subject: history.subject, value: 0, level: 0, below: true, history: this.#past(keys, 0) }, ...measures];
  }

  /** Remembers a closed window, or its figures after late events; what stood out only as far as the level, so that it does not raise it. */
  learn(keys: readonly string[], start: Micros, value: (column: string) => number): void {
    const { history } = this.useCase;
    if (history === undefined || this.histories === undefined) return;
    const fired = this.judge(keys, value) !== undefined;
    if (history.kind === 'none' && (fired || !this.#reaches(keys, value))) return;
    const index = this.levels.findIndex(({ column }) => column === history.column);
    // Keys of an optional past are many: those that never come near the level need none.
    if (history.kind === 'more' && history.optional === true && value(history.column) < (this.levels[index]?.level ?? 0) / NEAR) return;
    const most = fired ? (this.levelsOf(keys)[index] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    this.histories.add(keys.join('|'), start, Math.min(value(history.column), most));
  }

  #reaches(keys: readonly string[], value: (column: string) => number): boolean {
    const levels = this.levelsOf(keys);
    return this.levels.every(({ column, below, share }, i) => {
      if (share !== undefined && value(column) < share.least * value(share.of)) return false;
      return below === true ? value(column) <= (levels[i] as number) : value(column) >= (levels[i] as number);
    });
  }

  #hasPast(keys: readonly string[]): boolean {
    const { history } = this.useCase;
    return history?.kind !== 'more' || history.optional !== true || (this.histories?.windows(keys.join('|')) ?? 0) >= history.windows;
  }

  #past(keys: readonly string[], value: number): string {
    const key = keys.join('|');
    const windows = this.histories?.windows(key) ?? 0;
    const usual = figure(this.histories?.quantile(key, 0.5) ?? 0);
    const high = figure(this.histories?.quantile(key, 0.99) ?? 0);
    const share = figure(100 * (this.histories?.exceedance(key, value) ?? 1));
    return `its own ${windows} earlier windows: usually ${usual}, ${high} at the 99 % quantile, ${share} % as many or more`;
  }
}

/** When a finding was last told, so that the end of its window repeats it only with other figures. */
export type Told = Map<string, { readonly score: number; readonly end: Micros }>;
