import type { DeadLetter, LogBatch, LogParser, Micros, RecordBatch, Template } from '../core/index.ts';
import { ColumnMemory } from '../core/index.ts';
import { BatchBuilder } from './batch-builder.ts';
import { TextArena } from './bytes/arena.ts';
import { CR, isBlankRange, LF } from './bytes/ascii.ts';
import { continues } from './continuation.ts';
import { type BatchShapes, NEW_SHAPE } from './drain/batch-shapes.ts';
import { compileMask } from './drain/mask-pattern.ts';
import { detectFormat, sampleRecords } from './formats/detect.ts';
import type { Joining, LogFormat } from './formats/format.ts';
import { Header } from './formats/header.ts';
import { formatNamed } from './formats/index.ts';
import { plain } from './formats/plain.ts';
import { HeldEvents, withHeld } from './held.ts';
import { InputTimes } from './input-times.ts';
import { fileTemplates, type KnownTemplates, minedBy } from './known-templates.ts';
import { NO_OTHERS, OtherFormats, type OtherReading } from './mixed/other-formats.ts';
import { OpenEvent } from './open-event.ts';
import type { LogParserOptions } from './options.ts';
import { sampleOf } from './sample.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import { TemplateAssigner } from './template-assigner.ts';
import { Calendar } from './time/calendar.ts';
import { type DateOrder, DateOrderEvidence } from './time/date-order.ts';
import { zoneOf } from './time/zone.ts';

const MAX_BLANK_RUN = 100;

const DEFAULTS = {
  maxJoinLines: 1000,
  maxJoinBytes: 256 << 10,
  maxRecordBytes: 1 << 20,
  deadLetterBytes: 64 << 10,
};

/** A parser of one log format: records -> header, time, joined lines, template, parameters. */
export function createLogParser(options: LogParserOptions = {}): FormatLogParser {
  return new FormatLogParser(options);
}

export class FormatLogParser implements LogParser {
  private readonly options: LogParserOptions & typeof DEFAULTS;
  private readonly calendar: Calendar;
  private readonly withParameters: boolean;
  private readonly held = new HeldEvents();
  private chosen: LogFormat | undefined;
  private header = new Header(0);
  private joining: Joining = 'none';
  /** Undefined where one format is all that is read. */
  private others: OtherFormats | undefined;
  private readonly times = new InputTimes();
  private assigner: TemplateAssigner | undefined;
  private rowsPerByte = 1 / 100;
  private parametersPerRow = 1;
  private readonly memory: ColumnMemory;
  /** Of the batch at hand. */
  private shapes: BatchShapes | undefined;
  private events = 0;
  private joined = 0;
  private blank = 0;
  private dead = 0;

  constructor(options: LogParserOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.memory = options.memory ?? new ColumnMemory();
    this.withParameters = options.parameters !== false;
    this.calendar = new Calendar(zoneOf(options.timezone ?? 'UTC'), options.reference ?? 0);
    if (options.format !== undefined) this.choose(formatNamed(options.format));
  }

  /** Undefined until a first batch was seen, unless it was given. */
  get format(): LogFormat | undefined {
    return this.chosen;
  }

  /** The year that was taken for the last date without one, since the last call; 0 where every date named its own. */
  takeYear(): number {
    const { takenYear } = this.calendar;
    this.calendar.takenYear = 0;
    return takenYear;
  }

  /** Which number of dates such as 01/03/2026 comes first, from now on. */
  set dateOrder(order: DateOrder) {
    this.calendar.monthFirst = order === 'month';
  }

  get templates(): readonly Template[] {
    return this.assigner?.templates ?? [];
  }

  parse(batch: RecordBatch, source: string, dead: (letter: DeadLetter) => void): LogBatch {
    if (this.chosen === undefined) {
      const sample = sampleOf(batch);
      this.choose(formatNamed(detectFormat(sample).format));
      this.meet(sample);
    }
    this.assigner?.miner.beginBatch();
    if (this.options.reference === undefined) this.calendar.reference = batch.arrival;
    const held = this.held.take(batch.input, batch.generation);
    return this.run(held === undefined ? batch : withHeld(held, batch), source, dead, batch.last);
  }

  /**
   * Chooses formats for the lines that the main one does not fit, and the order of dates, from the head of an input. `reference`: where its dates
   * without a year end, instead of that of the options. Returns what its dates tell of their order.
   */
  meet(sample: Uint8Array, reference = this.options.reference): DateOrderEvidence {
    if (reference !== undefined) this.calendar.reference = reference;
    const dates = new DateOrderEvidence(reference);
    dates.add(sample);
    if (dates.order !== undefined) this.dateOrder = dates.order;
    this.others?.meet(sampleRecords(sample).map(({ start, end }) => sample.subarray(start, end)));
    return dates;
  }

  /** Events that wait for further lines, by default all of them, are whole; `arrival`: those that came at this time or before. */
  flush(arrival: Micros = Number.POSITIVE_INFINITY): LogBatch[] {
    const whole = this.held.takeUntil(arrival);
    if (whole.length > 0) this.assigner?.miner.beginBatch();
    return whole.map(({ source, batch }) => {
      if (this.options.reference === undefined) this.calendar.reference = batch.arrival;
      return this.run(batch, source, () => {}, true);
    });
  }

  counters(): Readonly<Record<string, number>> {
    return {
      events: this.events,
      joined_lines: this.joined,
      blank_records: this.blank,
      dead_letters: this.dead,
      held_events: this.held.size,
      templates_evicted: this.assigner?.miner.evicted ?? 0,
    };
  }

  snapshot(): Uint8Array {
    const times = this.times.list();
    const others = this.others?.state ?? (times.length > 0 ? NO_OTHERS : undefined);
    const mixed = others && { others, times };
    return encodeSnapshot(this.chosen?.name, this.assigner, this.held, mixed, this.calendar.monthFirst);
  }

  /** For a parser that is to go on with these templates; undefined before the format is known. */
  knownTemplates(): KnownTemplates | undefined {
    if (this.chosen === undefined || this.assigner === undefined) return undefined;
    return { format: this.chosen.name, templates: minedBy(this.assigner.miner).map((template) => ({ ...template, count: 0 })) };
  }

  restore(snapshot: Uint8Array): void {
    const state = decodeSnapshot(snapshot);
    if (state.format !== undefined && this.options.format === undefined) this.choose(formatNamed(state.format));
    this.assigner?.miner.clear();
    if (this.assigner !== undefined) state.restore(this.assigner);
    this.held.replace(state.held);
    this.calendar.monthFirst = state.monthFirst;
    if (state.mixed === undefined) return;
    if (this.others !== undefined) this.others.state = state.mixed.others;
    this.times.replace(state.mixed.times);
  }

  private choose(format: LogFormat): void {
    const { options } = this;
    this.chosen = format;
    this.header = new Header(format.fields.length);
    this.joining = this.joiningOf(format);
    if ((options.mixed ?? options.format === undefined) && format !== plain) this.others = new OtherFormats(format);
    if (options.mine === false) return;
    const { masks = [], ...drain } = options.drain ?? {};
    this.assigner = new TemplateAssigner(
      { ...format.drain, ...drain, masks: masks.map((mask) => (typeof mask === 'string' ? compileMask(mask) : mask)) },
      options.templates,
    );
    const known = options.known?.find((one) => one.format === format.name);
    if (known !== undefined) fileTemplates(this.assigner.miner, known.templates);
  }

  private joiningOf({ joining }: LogFormat): Joining {
    const { joinLines } = this.options;
    return joinLines === undefined ? joining : joiningFor(joining, joinLines);
  }

  private fieldsOf(format: LogFormat): readonly string[] {
    const { fields = true } = this.options;
    return (typeof fields === 'boolean' ? fields : fields(format)) ? format.fields : [];
  }

  private run(batch: RecordBatch, source: string, dead: (letter: DeadLetter) => void, last: boolean): LogBatch {
    const format = this.chosen as LogFormat;
    const { header, calendar, options, others } = this;
    let { joining } = this;
    /** Of the last event that has one. */
    const keepsTime = others !== undefined || format.keepsTime === true;
    let time = keepsTime ? this.times.before(batch) : Number.NaN;
    const input = batch.bytes;
    // A Buffer finds a byte three times as fast as a plain Uint8Array does.
    const search = Buffer.from(input.buffer, input.byteOffset, input.length);
    const arena = new TextArena(input);
    const rows = Math.ceil(input.length * this.rowsPerByte * 1.2);
    const parameters = Math.ceil(rows * this.parametersPerRow);
    const builder = new BatchBuilder(format.name, this.fieldsOf(format), rows, parameters, this.memory);
    this.shapes = this.withParameters ? this.assigner?.miner.batchShapes() : undefined;
    const { ends, originEnds } = batch;
    // Templates that were given are of messages.
    const open = new OpenEvent(this.assigner?.fixed === undefined);
    let blankRun = 0;

    let line = batch.line - 1;
    for (let start = 0, record = 0, next = 0; ends === undefined ? start < input.length : record < ends.length; start = next, record++) {
      line++;
      let end: number;
      if (ends === undefined) {
        end = search.indexOf(LF, start);
        if (end < 0) end = input.length;
        next = end + 1;
      } else {
        next = ends[record] as number;
        end = next > start && input[next - 1] === LF ? next - 1 : next;
      }
      if (next > input.length) next = input.length;
      // Where the record was in its input.
      const origin = originEnds === undefined ? start : record === 0 ? 0 : (originEnds[record - 1] as number);
      const originNext = originEnds === undefined ? next : (originEnds[record] as number);
      if (end > start && input[end - 1] === CR) end--;
      let from = start;
      if (line === 1 && batch.offset === 0 && input[from] === 0xef && input[from + 1] === 0xbb && input[from + 2] === 0xbf) from += 3;
      if (end - from > options.maxRecordBytes || batch.truncated === true) {
        this.close(builder, arena, open);
        const reason = `record longer than ${batch.truncated === true ? 'the limit of its source' : `${options.maxRecordBytes} bytes`}`;
        this.reject(batch, source, dead, start, next, origin, line, reason);
        continue;
      }
      if (isBlankRange(input, from, end)) {
        this.blank++;
        if (++blankRun > MAX_BLANK_RUN) this.close(builder, arena, open);
        continue;
      }
      header.clear();
      const stateBefore = others?.state;
      const indented = joining === 'indented' && open.row >= 0 && continues(joining, input, from, end);
      const fits = indented ? false : format.scan(arena, from, end, header, calendar);
      if (fits === true) {
        this.close(builder, arena, open);
        const timeBefore = time;
        if (keepsTime && !Number.isNaN(header.time)) time = header.time;
        else if (format.keepsTime === true) header.time = time;
        const row = builder.push(arena.bytes, header, batch.offset + origin, line, originNext - origin);
        open.begin(row, header, start, origin, line, stateBefore, timeBefore);
        blankRun = 0;
        if (others !== undefined) {
          ({ joining } = this);
          open.isOther = false;
        }
        continue;
      }
      const mayJoin = open.row >= 0 && open.verbatim && (fits === false || open.isOther);
      const joins: boolean = indented ? open.verbatim : mayJoin && continues(joining, input, from, end);
      const other: OtherReading | undefined = indented ? undefined : others?.read(arena, from, end, calendar, joins);
      if (other !== undefined || (others !== undefined && !joins)) {
        this.close(builder, arena, open);
        const read: OtherReading = other ?? plainReading(header, from, end);
        const timeBefore = time;
        if (Number.isNaN(read.header.time)) read.header.time = time;
        else time = read.header.time;
        const at = batch.offset + origin;
        const row = builder.pushOther(
          read.format.name,
          this.fieldsOf(read.format),
          arena.bytes,
          read.header,
          at,
          line,
          originNext - origin,
        );
        open.begin(row, read.header, start, origin, line, stateBefore, timeBefore);
        open.isOther = true;
        joining = this.joiningOf(read.format);
        blankRun = 0;
      } else if (joins) {
        if (open.lines >= options.maxJoinLines || next - open.start > options.maxJoinBytes) {
          const openTime = builder.timeOf(open.row);
          this.close(builder, arena, open);
          header.clear();
          header.time = openTime;
          header.messageStart = from;
          header.messageEnd = end;
          const row = builder.push(arena.bytes, header, batch.offset + origin, line, originNext - origin);
          open.begin(row, header, start, origin, line, stateBefore, time);
        } else {
          builder.extend(open.row, end, originNext - open.origin);
          open.lines++;
          this.joined++;
        }
        blankRun = 0;
      } else {
        this.close(builder, arena, open);
        const reason = typeof fits === 'string' ? fits : `does not fit the log format "${format.name}"`;
        this.reject(batch, source, dead, start, next, origin, line, reason);
      }
    }
    if (open.row >= 0 && joining !== 'none' && !last) {
      builder.pop();
      // The open event is read again, with what comes after it.
      if (others !== undefined && open.others !== undefined) others.state = open.others;
      time = open.timeBefore;
      const bytes = input.slice(open.start);
      const heldEnds = ends?.filter((at) => at > open.start).map((at) => at - open.start);
      const heldOrigins = originEnds?.filter((at) => at > open.origin).map((at) => at - open.origin);
      const held = {
        ...batch,
        bytes,
        offset: batch.offset + open.origin,
        line: open.line,
        ...(heldEnds && { ends: heldEnds }),
        ...(heldOrigins && { originEnds: heldOrigins }),
      };
      this.held.put({ source, batch: held });
    } else this.close(builder, arena, open);
    if (keepsTime) this.times.remember(batch, time);
    this.events += builder.rows;
    if (input.length > 4096) {
      this.rowsPerByte = Math.max(builder.rows, 16) / input.length;
      this.parametersPerRow = builder.parameterStart.length / Math.max(builder.rows, 16);
    }
    const parsed = builder.finish(arena.bytes, source, batch.input, this.shapes);
    this.shapes = undefined;
    return parsed;
  }

  /** Gives the open event, if there is one, its template, now that no line joins it any more. */
  private close(builder: BatchBuilder, arena: TextArena, open: OpenEvent): void {
    const { row, mineStart, mineEnd } = open;
    if (row < 0) return;
    open.row = -1;
    const { assigner } = this;
    let code = -1;
    let shape = -1;
    if (assigner !== undefined) {
      const { parameterStart, parameterEnd } = builder;
      const before = parameterStart.length;
      code = assigner.assign(arena.bytes, mineStart, mineEnd);
      if (this.withParameters) assigner.parameters(arena.bytes, code, parameterStart, parameterEnd);
      // Lines that were joined to it were not looked at.
      if (this.shapes !== undefined && mineEnd === builder.messageEnd[row]) {
        shape = assigner.shapeIn(this.shapes);
        if (shape === NEW_SHAPE)
          shape = this.shapes.add(assigner.miner.scanned, mineStart, mineEnd, { start: parameterStart, end: parameterEnd, from: before });
      }
    }
    builder.setTemplate(row, code, shape);
  }

  private reject(
    { input, bytes, offset, arrival }: RecordBatch,
    source: string,
    dead: (letter: DeadLetter) => void,
    start: number,
    end: number,
    origin: number,
    line: number,
    reason: string,
  ): void {
    this.dead++;
    const kept = bytes.slice(start, Math.min(end, start + this.options.deadLetterBytes));
    dead({ source, input, offset: offset + origin, line, reason, bytes: kept, arrival });
  }
}

/** A line that fits no format. */
function plainReading(header: Header, start: number, end: number): OtherReading {
  header.clear();
  header.messageStart = start;
  header.messageEnd = end;
  return { format: plain, header };
}

function joiningFor(natural: Joining, wanted: boolean): Joining {
  if (!wanted) return 'none';
  return natural === 'none' ? 'indented' : natural;
}
