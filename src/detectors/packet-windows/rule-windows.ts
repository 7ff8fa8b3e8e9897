import { addressText, type EvidenceLine, type PacketBatch } from '../../core/index.ts';
import type { Episodes, Measure } from './episodes.ts';
import { Fingerprint } from './fingerprint.ts';
import type { RuleName } from './rules.ts';
import { KeyedWindows, WINDOW } from './windows.ts';

/** Which of a packet's two addresses are a key. */
export type KeyOf = 'source' | 'destination' | 'pair' | 'reverse-pair';

/** The windows of one rule and the findings made from them. */
export class RuleWindows {
  readonly windows: KeyedWindows;
  readonly rule: RuleName;
  readonly #episodes: Episodes;
  readonly #print = new Fingerprint();

  constructor(rule: RuleName, keys: number, seconds: number, episodes: Episodes) {
    this.rule = rule;
    this.windows = new KeyedWindows(keys, seconds * 1e6);
    this.#episodes = episodes;
  }

  /** The window of row `row`'s key; offset into `windows.values`. `extra` further tells keys apart. */
  open(batch: PacketBatch, row: number, key: KeyOf, extra = 0): number {
    return this.windows.open(
      this.#printOf(batch, row, key, extra),
      batch.time[row] as number,
      batch.firstNumber + row,
      batch.offset[row] as number,
      batch.captured[row] as number,
    );
  }

  find(batch: PacketBatch, row: number, key: KeyOf, extra = 0): number {
    return this.windows.find(this.#printOf(batch, row, key, extra), batch.time[row] as number);
  }

  /** The condition of the window at `at` holds: begins an episode, or goes on with the one it has. */
  fire(batch: PacketBatch, row: number, at: number, key: KeyOf, measures: readonly Measure[], subject = ''): void {
    const { values } = this.windows;
    const line = evidenceOf(batch, row);
    const newWindow = values[at + WINDOW.fired] === 0;
    values[at + WINDOW.fired] = 1;
    const known = values[at + WINDOW.episode] as number;
    if (known > 0) {
      this.#episodes.extend(known, measures, line, newWindow);
      return;
    }
    if (known < 0) return;
    const reverse = key === 'reverse-pair';
    const sender = addressText(batch.addresses, row * 8 + (reverse ? 4 : 0));
    const receiver = addressText(batch.addresses, row * 8 + (reverse ? 0 : 4));
    const first: EvidenceLine = {
      input: batch.input,
      line: values[at + WINDOW.firstNumber] as number,
      offset: values[at + WINDOW.firstOffset] as number,
      length: values[at + WINDOW.firstLength] as number,
      time: values[at + WINDOW.start] as number,
    };
    const opened = this.#episodes.open({
      rule: this.rule,
      source: key === 'destination' ? '' : sender,
      destination: key === 'source' ? '' : receiver,
      subject,
      start: values[at + WINDOW.start] as number,
      firedAt: batch.time[row] as number,
      end: batch.time[row] as number,
      measures,
      evidence: first.line === line.line ? [first] : [first, line],
      lastPacket: line.line,
      windows: 1,
    });
    values[at + WINDOW.episode] = opened === 0 ? -1 : opened;
  }

  #printOf({ addresses }: PacketBatch, row: number, key: KeyOf, extra: number): number {
    const print = this.#print.start(extra);
    if (key === 'pair' || key === 'source') print.address(addresses, row * 8);
    if (key !== 'source') print.address(addresses, row * 8 + 4);
    if (key === 'reverse-pair') print.address(addresses, row * 8);
    return print.value();
  }
}

export function evidenceOf(batch: PacketBatch, row: number): EvidenceLine {
  return {
    input: batch.input,
    line: batch.firstNumber + row,
    offset: batch.offset[row] as number,
    length: batch.captured[row] as number,
    time: batch.time[row] as number,
  };
}

/** Adds to a counter of a window and returns the sum. */
export function plus(values: Float64Array, at: number, by = 1): number {
  const sum = (values[at] as number) + by;
  values[at] = sum;
  return sum;
}
