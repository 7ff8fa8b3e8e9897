import { addressText, type EvidenceLine, isInNetworks, type PacketBatch } from '../../core/index.ts';
import type { WindowContext } from './context.ts';
import type { Measure } from './episodes.ts';
import { type RuleName, SCANS } from './rules.ts';
import { KeyedWindows, WINDOW, type WindowPacket } from './windows.ts';

/** Which of a packet's two addresses are a key; `hardware`: none, what is hashed into `extra` is. */
export type KeyOf = 'source' | 'destination' | 'pair' | 'reverse-pair' | 'hardware';

/** A packet that a finding may come of. */
export interface NotedPacket {
  /** Place and number of its window. */
  readonly at: number;
  readonly window: number;
  readonly source: string;
  readonly destination: string;
  readonly subject: string;
  readonly line: EvidenceLine;
}

/** The windows of one rule and the findings made from them. */
export class RuleWindows {
  readonly windows: KeyedWindows;
  readonly rule: RuleName;
  readonly #context: WindowContext;
  readonly #micros: number;
  readonly #packet: WindowPacket = { inputCode: 0, number: 0, offset: 0, length: 0 };

  constructor(rule: RuleName, seconds: number, context: WindowContext) {
    this.rule = rule;
    this.#micros = seconds * 1e6;
    this.windows = new KeyedWindows(context.config.maxKeys, this.#micros);
    this.#context = context;
  }

  /** The window of row `row`'s key; offset into `windows.values`. `extra` further tells keys apart. */
  open(batch: PacketBatch, row: number, key: KeyOf, extra = 0): number {
    const packet = this.#packet;
    packet.inputCode = batch.inputCode;
    packet.number = batch.firstNumber + row;
    packet.offset = batch.offset[row] as number;
    packet.length = batch.captured[row] as number;
    return this.windows.open(this.#printOf(batch, row, key, extra), batch.time[row] as number, packet);
  }

  find(batch: PacketBatch, row: number, key: KeyOf, extra = 0): number {
    return this.windows.find(this.#printOf(batch, row, key, extra), batch.time[row] as number);
  }

  /** The condition of the window at `at` holds: begins an episode, or goes on with the one it has. */
  fire(batch: PacketBatch, row: number, at: number, key: KeyOf, measures: readonly Measure[], subject = ''): void {
    if (this.#goesOn(at, measures, evidenceOf(batch, row))) return;
    this.#begin(this.note(batch, row, at, key, subject), batch.time[row] as number, measures);
  }

  /** What the finding of a window needs of row `row`, so that it can fire later, without the packet. */
  note(batch: PacketBatch, row: number, at: number, key: KeyOf, subject = ''): NotedPacket {
    const reverse = key === 'reverse-pair';
    const sender = addressText(batch.addresses, row * 8 + (reverse ? 4 : 0));
    const receiver = addressText(batch.addresses, row * 8 + (reverse ? 0 : 4));
    return {
      at,
      window: this.windows.values[at + WINDOW.id] as number,
      source: key === 'destination' ? '' : sender,
      destination: key === 'source' || key === 'hardware' ? '' : receiver,
      subject,
      line: evidenceOf(batch, row),
    };
  }

  /** Nothing happens where the window has made room for another. */
  fireNoted(noted: NotedPacket, firedAt: number, measures: readonly Measure[]): void {
    if (this.windows.values[noted.at + WINDOW.id] !== noted.window || this.#goesOn(noted.at, measures, noted.line)) return;
    this.#begin(noted, firedAt, measures);
  }

  /** Whether the window has an episode, or may have none. */
  #goesOn(at: number, measures: readonly Measure[], line: EvidenceLine): boolean {
    const { values } = this.windows;
    const newWindow = values[at + WINDOW.fired] === 0;
    values[at + WINDOW.fired] = 1;
    const known = values[at + WINDOW.episode] as number;
    return known < 0 || (known > 0 && this.#context.episodes.extend(known, measures, line, newWindow));
  }

  #begin({ at, source, destination, subject, line }: NotedPacket, firedAt: number, measures: readonly Measure[]): void {
    const { values } = this.windows;
    const { allowedScanners, episodes } = this.#context;
    if (SCANS.has(this.rule) && isInNetworks(allowedScanners, source)) {
      episodes.allowed++;
      values[at + WINDOW.episode] = -1;
      return;
    }
    const input = this.#context.inputs.get(values[at + WINDOW.input] as number);
    const first: EvidenceLine = {
      input: input ?? '',
      line: values[at + WINDOW.firstNumber] as number,
      offset: values[at + WINDOW.firstOffset] as number,
      length: values[at + WINDOW.firstLength] as number,
      time: values[at + WINDOW.start] as number,
    };
    const opened = episodes.open({
      rule: this.rule,
      source,
      destination,
      subject,
      start: values[at + WINDOW.start] as number,
      firedAt,
      window: this.#micros,
      end: line.time ?? firedAt,
      measures,
      evidence: input === undefined || (first.line === line.line && input === line.input) ? [line] : [first, line],
      lastPacket: line.line,
      windows: 1,
    });
    values[at + WINDOW.episode] = opened === 0 ? -1 : opened;
  }

  #printOf({ addresses }: PacketBatch, row: number, key: KeyOf, extra: number): number {
    const print = this.#context.print.start(extra);
    if (key === 'pair' || key === 'source') print.address(addresses, row * 8);
    if (key !== 'source' && key !== 'hardware') print.address(addresses, row * 8 + 4);
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
