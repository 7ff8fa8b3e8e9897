import type { RecordBatch } from '../../core/index.ts';
import { isSensorInput } from '../../core/index.ts';
import { CaptureReader, type CaptureState, PacketColumns } from '../../parsers/packets/index.ts';

/** Captures read at the same time; beyond, the one that was silent longest is closed. */
const MOST_INPUTS = 64;
/** Names remembered for flows and windows that began in inputs that are closed. */
const MOST_NAMES = 4096;
const MOST_SENSORS = 0xffff;

interface Open {
  generation: string;
  readonly reader: CaptureReader;
  readonly code: number;
}

export interface CaptureInputsState {
  readonly open: readonly (readonly [input: string, generation: string, code: number, reader: CaptureState])[];
  readonly names: readonly (readonly [code: number, input: string])[];
  readonly closed: Readonly<Record<string, number>>;
  readonly codes: number;
}

/** The captures of one source that are being read, each by a reader of its own. */
export class CaptureInputs {
  private readonly columns = new PacketColumns();
  private readonly opened = new Map<string, Open>();
  private readonly names = new Map<number, string>();
  /** Counters of captures that are closed. */
  private closed: Record<string, number> = {};
  private codes = 0;

  /** The reader of the batch's input. */
  open({ input, generation, offset }: RecordBatch): { readonly reader: CaptureReader; readonly isNew: boolean } {
    const name = this.opened.has(input) || offset === 0 ? input : this.formerName(input, generation);
    const known = this.opened.get(name);
    if (known !== undefined) {
      this.opened.delete(name);
      this.opened.set(input, known);
      known.generation = generation;
      return { reader: known.reader, isNew: false };
    }
    if (this.opened.size >= MOST_INPUTS) this.close(this.opened.keys().next().value as string);
    const opened = this.make(input, generation, ++this.codes);
    this.opened.set(input, opened);
    return { reader: opened.reader, isNew: true };
  }

  /** A file that was renamed while it was read. */
  private formerName(input: string, generation: string): string {
    for (const [name, open] of this.opened) if (open.generation === generation && !isSensorInput(name)) return name;
    return input;
  }

  private make(input: string, generation: string, code: number): Open {
    this.names.set(code, input);
    if (this.names.size > MOST_NAMES) this.names.delete(this.names.keys().next().value as number);
    const sensor = isSensorInput(input) ? 1 + (code % MOST_SENSORS) : 0;
    return { generation, code, reader: new CaptureReader({ input, columns: this.columns, inputCode: code, sensor }) };
  }

  close(input: string): void {
    const open = this.opened.get(input);
    if (open === undefined) return;
    open.reader.finish();
    this.opened.delete(input);
    for (const [name, many] of Object.entries(open.reader.counters())) this.closed[name] = (this.closed[name] ?? 0) + many;
  }

  closeAll(): void {
    for (const input of [...this.opened.keys()]) this.close(input);
  }

  nameOf(code: number): string {
    return this.names.get(code) ?? '';
  }

  /** Of all captures so far. */
  counters(): Record<string, number> {
    const sum = { ...this.closed };
    for (const { reader } of this.opened.values()) {
      for (const [name, many] of Object.entries(reader.counters())) sum[name] = (sum[name] ?? 0) + many;
    }
    return sum;
  }

  snapshot(): CaptureInputsState {
    const open = [...this.opened].map(([input, { generation, code, reader }]) => [input, generation, code, reader.snapshot()] as const);
    return { open, names: [...this.names], closed: { ...this.closed }, codes: this.codes };
  }

  restore({ open, names, closed, codes }: CaptureInputsState): void {
    this.opened.clear();
    this.names.clear();
    for (const [code, name] of names) this.names.set(code, name);
    for (const [input, generation, code, state] of open) {
      const made = this.make(input, generation, code);
      made.reader.restore(state);
      this.opened.set(input, made);
    }
    this.closed = { ...closed };
    this.codes = codes;
  }
}
