import type { Micros } from '../../core/index.ts';
import type { EventTimeOptions } from './watermark.ts';

/** A sender whose records did not fit event time. */
interface Sender {
  /** Added to its times; 0 where they run ahead. */
  offset: Micros;
  /** Event time when `offset` was found. */
  since: Micros;
}

/** Records of one sender that came late or were dated ahead. */
export interface OffRecords {
  readonly sender: string;
  readonly lines: number;
  /** Of the latest of them, microseconds: below 0 = behind event time, above 0 = ahead of its arrival. */
  readonly off: Micros;
}

/** What is to be told: so many records of the day were off. */
export interface ClockNotice {
  readonly kind: 'late' | 'ahead';
  /** UTC day, and the event time at which it is told. */
  readonly day: Micros;
  readonly at: Micros;
  readonly lines: number;
  /** Those with the most lines first. */
  readonly senders: readonly OffRecords[];
}

interface Day {
  day: Micros;
  lines: number;
  /** Lines that are told next. */
  next: number;
  senders: Map<string, { lines: number; off: Micros }>;
}

export interface SenderClocksState {
  readonly senders: readonly (readonly [string, Sender])[];
  readonly late: Day;
  readonly ahead: Day;
  readonly shifted: number;
  readonly aheadLines: number;
}

/** Late senders with an offset of their own; beyond, the one that was not late for longest is forgotten. */
const MOST_SENDERS = 4096;
/** Senders of a day that are counted by name; beyond, the one with the fewest lines makes room. */
const MOST_NAMED = 64;
const MOST_TOLD = 5;
/** So long an offset has to hold, in event time: a backlog that is caught up with changes it all the time. */
const SETTLING: Micros = 60_000_000;
/** How far a corrected clock may run ahead of event time, which goes by the slowest and waits for confirmation. */
const SLACK: Micros = 30_000_000;
/** Less is the disorder of any network, and nobody is told. */
const NOTABLE: Micros = 60_000_000;
const FIRST_TOLD = 20;
const DAY: Micros = 86_400_000_000;

/**
 * The time by which a record is judged, whatever its sender's clock shows. Nobody can move event time past the arrival of what he
 * sends: what is dated ahead counts from its arrival on. A sender that is always as much behind is corrected by that much once this
 * held for a minute of event time; until then, and while a backlog is caught up with, its records are late. Decided record by record.
 */
export class SenderClocks {
  private readonly options: Pick<EventTimeOptions, 'lateness' | 'disorder'>;
  private readonly senders = new Map<string, Sender>();
  private late: Day = emptyDay();
  private ahead: Day = emptyDay();
  private notices: ClockNotice[] = [];
  /** Late records that were judged by their sender's corrected clock. */
  shifted = 0;
  /** Records judged by their arrival. */
  aheadLines = 0;

  constructor(options: Pick<EventTimeOptions, 'lateness' | 'disorder'>) {
    this.options = options;
  }

  /**
   * The time to judge by: below `time` where it is ahead, above where the clock of its sender is corrected, NaN where it is late.
   * `reached`: event time of those it is judged with, which a corrected or late record must not move.
   */
  judge(sender: string, time: Micros, arrival: Micros, reached: Micros): Micros {
    const { lateness, disorder } = this.options;
    if (time > arrival + disorder) {
      this.aheadLines++;
      this.count('ahead', sender, time - arrival, Math.max(reached, arrival));
      return arrival;
    }
    if (!(time < reached - lateness)) return time;
    this.count('late', sender, time - reached, reached);
    const known = this.senders.get(sender);
    this.senders.delete(sender);
    if (known !== undefined) {
      const corrected = time + known.offset;
      if (corrected >= reached - lateness && corrected <= reached + SLACK) {
        this.senders.set(sender, known);
        if (reached - known.since < SETTLING) return Number.NaN;
        this.shifted++;
        return corrected;
      }
    } else if (this.senders.size >= MOST_SENDERS) this.senders.delete(this.senders.keys().next().value as string);
    this.senders.set(sender, { offset: reached - time, since: reached });
    return Number.NaN;
  }

  /** What is to be told since the last call. */
  take(): readonly ClockNotice[] {
    const { notices } = this;
    if (notices.length > 0) this.notices = [];
    return notices;
  }

  private count(kind: 'late' | 'ahead', sender: string, off: Micros, at: Micros): void {
    if (Math.abs(off) < NOTABLE) return;
    const day = Math.floor(at / DAY) * DAY;
    if (day > this[kind].day) this[kind] = { ...emptyDay(), day };
    const found = this[kind];
    found.lines++;
    const own = found.senders.get(sender);
    if (own !== undefined) {
      own.lines++;
      own.off = off;
    } else {
      if (found.senders.size >= MOST_NAMED) found.senders.delete(fewest(found.senders));
      found.senders.set(sender, { lines: 1, off });
    }
    if (found.lines < found.next) return;
    found.next *= 2;
    const senders = [...found.senders].map(([name, { lines, off: latest }]) => ({ sender: name, lines, off: latest }));
    senders.sort((a, b) => b.lines - a.lines || (a.sender < b.sender ? -1 : 1));
    this.notices.push({ kind, day: found.day, at, lines: found.lines, senders: senders.slice(0, MOST_TOLD) });
  }

  /** Of the day, those with the most lines first. */
  off(): readonly OffRecords[] {
    const all = [this.late, this.ahead].flatMap(({ senders }) => [...senders]);
    return all
      .map(([sender, { lines, off }]) => ({ sender, lines, off }))
      .sort((a, b) => b.lines - a.lines || (a.sender < b.sender ? -1 : 1))
      .slice(0, MOST_TOLD);
  }

  snapshot(): SenderClocksState {
    const { late, ahead, shifted, aheadLines } = this;
    return { senders: [...this.senders], late, ahead, shifted, aheadLines };
  }

  restore({ senders, late, ahead, shifted, aheadLines }: SenderClocksState): void {
    this.senders.clear();
    for (const [name, sender] of senders) this.senders.set(name, sender);
    Object.assign(this, { late, ahead, shifted, aheadLines });
  }
}

function emptyDay(): Day {
  return { day: Number.NEGATIVE_INFINITY, lines: 0, next: FIRST_TOLD, senders: new Map() };
}

function fewest(senders: Day['senders']): string {
  let [least, name] = [Number.POSITIVE_INFINITY, ''];
  for (const [sender, { lines }] of senders) if (lines < least) [least, name] = [lines, sender];
  return name;
}
