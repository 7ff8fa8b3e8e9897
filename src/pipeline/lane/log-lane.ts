import { deserialize, serialize } from 'node:v8';
import { TemplateNames } from '../../alerts/index.ts';
import type { SourceConfig } from '../../config/index.ts';
import {
  type DeadLetter,
  type FeatureBatch,
  type LogBatch,
  type Micros,
  type RecordBatch,
  recordCount,
  type Template,
} from '../../core/index.ts';
import type { SequenceChoice } from '../../features/index.ts';
import { createLogParser, type FormatLogParser, type LogParserOptions } from '../../parsers/index.ts';
import type { Pseudonymiser } from '../flow/pseudonym.ts';
import { type OffRecords, SenderClocks, type SenderClocksState } from '../time/sender-clocks.ts';
import { Watermark, type WatermarkState } from '../time/watermark.ts';
import { admit } from './admission.ts';
import { blobsBelow, laneBlobs, restoreLane } from './blobs.ts';
import { clockFindings } from './clock-finding.ts';
import { findingOf } from './finding.ts';
import { Generations } from './generations.ts';
import { type Finding, type Lane, type LaneCounters, type LaneEvents, type LaneOutput, NO_OUTPUT } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';
import type { LaneKind, LaneParts, UndatedTimes } from './lanes.ts';
import type { LaneRules } from './rules.ts';
import { selectRows } from './select.ts';
import { Streams } from './streams.ts';
import { Tracks } from './tracks.ts';

interface State {
  readonly watermark: WatermarkState;
  readonly counters: LaneCounters;
  readonly generations: readonly (readonly [string, string])[];
  readonly pastSilence: readonly (readonly [string, Micros])[];
  /** Absent in states of before they were kept. */
  readonly lastArrival?: Micros;
  readonly clocks?: SenderClocksState;
  readonly lastTimes?: readonly (readonly [string, Micros])[];
  readonly undated?: number;
}

/** The lines of one event are written together: after so long the last one is whole. */
const JOINED_WITHIN: Micros = 1_000_000;

/** Inputs whose last time is known; the one silent longest makes room. */
const MOST_INPUTS = 4096;

type Arrived = Pick<RecordBatch, 'input' | 'arrival'>;

/** Log lines of one format: parse, pseudonymise, event time, sessions, detectors. */
export class LogLane implements Lane {
  readonly source: SourceConfig;
  readonly scorers: readonly LaneScorer[];
  readonly rules: readonly LaneRules[];
  private undatedEvents = 0;
  private parser: FormatLogParser;
  readonly watermark: Watermark;
  private readonly clocks: SenderClocks;
  private readonly tracks: Tracks;
  private readonly streams: Streams;
  readonly counters: LaneCounters = { records: 0, bytes: 0, events: 0, unparsed: 0, future: 0, late: 0, backfilled: 0, units: 0 };
  readonly generations = new Generations();
  private readonly pastSilence = new Map<string, Micros>();
  private readonly pseudonymiser: Pseudonymiser | undefined;
  private readonly undated: UndatedTimes | undefined;
  /** Time of the last dated event of each input. */
  private readonly lastTimes = new Map<string, Micros>();
  private firstNow: Micros | undefined;
  private lastNow: Micros | undefined;
  private lastArrival: Micros = 0;
  private silent: Micros = 0;
  private changed = false;

  /** What rules found since findings were last given out. */
  private ruled: Finding[] = [];

  constructor({ source, scorers, rules, pseudonymiser, undated }: LaneParts) {
    this.source = source;
    this.scorers = scorers;
    this.parser = this.parserOf();
    this.rules = rules;
    this.pseudonymiser = pseudonymiser;
    this.undated = undated;
    this.watermark = new Watermark(source.eventTime);
    this.clocks = new SenderClocks(source.eventTime);
    this.streams = new Streams(new Set(scorers.map(({ detector }) => detector.shape)));
    this.tracks = new Tracks(source.features as SequenceChoice, source.learning.lines);
  }

  get ownCounters(): Readonly<Record<string, number>> {
    return { ahead: this.clocks.aheadLines, clockCorrected: this.clocks.shifted, undated: this.undatedEvents };
  }

  get offClocks(): readonly OffRecords[] {
    return this.clocks.off();
  }

  /** Of its lines; undefined before `begin` where none is configured. */
  get format(): string | undefined {
    return (this.source.parser as LogParserOptions).format ?? this.parser.format?.name;
  }

  /** What its lines are. */
  begin(format: string): void {
    const { format: configured, mixed = configured === undefined } = this.source.parser as LogParserOptions;
    this.parser = this.parserOf({ format, mixed });
  }

  /** The head of a further input of its format, whose other lines may be of other formats. */
  meet(sample: Uint8Array): void {
    this.changed = true;
    this.parser.meet(sample);
  }

  /** It begins with the templates of registered models, whose ids these know. */
  private parserOf(options: LogParserOptions = {}): FormatLogParser {
    const known = this.scorers.flatMap((scorer) => scorer.known ?? []);
    return createLogParser({ ...(this.source.parser as LogParserOptions), ...options, known });
  }

  async process(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    const { counters } = this;
    counters.records += recordCount(records);
    counters.bytes += records.bytes.length;
    this.lastArrival = records.arrival;
    this.silent = 0;
    return this.parse(records);
  }

  async retry(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    const events: LaneEvents[] = [];
    const dead: DeadLetter[] = [];
    const parsed = this.parser.parse({ ...records, last: true }, this.source.name, (letter) => dead.push(letter));
    this.counters.unparsed += dead.length;
    const closed = this.take(parsed, records, events, dead);
    return { events, dead, findings: await this.score(closed) };
  }

  private async parse(records: RecordBatch): Promise<LaneOutput> {
    const events: LaneEvents[] = [];
    const dead: DeadLetter[] = [];
    const parsed = this.parser.parse(records, this.source.name, (letter) => dead.push(letter));
    this.counters.unparsed += dead.length;
    this.generations.remember(records);
    const closed = this.take(parsed, records, events, dead);
    if (records.last) {
      closed.push(...this.tracks.finishPast(records.input));
      this.watermark.finish(records.input);
      this.pastSilence.delete(records.input);
    }
    return { events, dead, findings: await this.score(closed) };
  }

  /** Parsed lines -> units that closed; `events` and `dead` get what is kept and what is put aside. */
  private take(parsed: LogBatch, records: Arrived, events: LaneEvents[], dead: DeadLetter[]): FeatureBatch[] {
    const { counters, source, tracks, watermark } = this;
    const lines = this.pseudonymiser?.apply(parsed) ?? parsed;
    this.dateUndated(lines, records);
    const past = tracks.isPast(records.input) || this.liesInThePast(records.input, lines);
    const time = { watermark, clocks: this.clocks, options: source.eventTime };
    const { kept, timely, times, future, late } = admit(lines, records, time, past, (letter) => dead.push(letter));
    if (past) {
      this.pastSilence.set(records.input, 0);
      counters.backfilled += lines.rows;
    }
    counters.events += lines.rows - future;
    counters.future += future;
    counters.late += late;
    const { templates } = this.parser;
    const judged = times === lines.time ? lines : { ...lines, time: times };
    // Late lines too: signatures, and whether a kind of line is new, do not hang on windows of time.
    const own = selectRows(judged, kept);
    if (lines.rows > future) {
      const templateIds = templates.map(({ id }) => id);
      events.push(judged === lines ? { batch: own, templateIds } : { batch: selectRows(lines, kept), judged: own, templateIds });
    }
    for (const rule of this.rules) this.ruled.push(...rule.take(own));
    this.ruled.push(...clockFindings(this, this.clocks.take()));
    return [...this.streams.add(own, templates, past), ...tracks.add(late === 0 ? own : selectRows(judged, timely), templates, past)];
  }

  private dateUndated({ time }: LogBatch, { input, arrival }: Arrived): void {
    const { undated, lastTimes } = this;
    const among = typeof undated === 'number' ? undated : arrival;
    let last = undated === 'arrival' ? Number.NaN : (lastTimes.get(input) ?? Number.NaN);
    for (let row = 0; row < time.length; row++) {
      const own = time[row] as Micros;
      if (!Number.isNaN(own)) {
        if (undated !== 'arrival') last = own;
        continue;
      }
      this.undatedEvents++;
      if (undated !== undefined) time[row] = Number.isNaN(last) ? among : last;
    }
    if (Number.isNaN(last)) return;
    lastTimes.delete(input);
    lastTimes.set(input, last);
    if (lastTimes.size > MOST_INPUTS) lastTimes.delete(lastTimes.keys().next().value as string);
  }

  /** The last event of each input, which waited for lines that might join it. */
  private takeHeld(events: LaneEvents[], dead: DeadLetter[], arrival?: Micros): FeatureBatch[] {
    if (this.format === undefined) return [];
    return this.parser
      .flush(arrival)
      .flatMap((held) => this.take(held, { input: held.origin.input, arrival: this.lastArrival }, events, dead));
  }

  /** Events that no line joins any more, as far as they came until `arrival`; what came before a restart has its time from then on. */
  private async takeWhole(arrival: Micros): Promise<LaneOutput> {
    if (arrival < (this.firstNow ?? 0)) return NO_OUTPUT;
    const events: LaneEvents[] = [];
    const dead: DeadLetter[] = [];
    const closed = this.takeHeld(events, dead, arrival);
    if (events.length + dead.length === 0) return NO_OUTPUT;
    this.changed = true;
    return { events, dead, findings: await this.score(closed) };
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    const { tracks, watermark, source } = this;
    const step = Math.min(5_000_000, Math.max(0, now - (this.lastNow ?? now)));
    this.lastNow = now;
    this.silent += step;
    this.firstNow ??= now;
    if (this.silent < source.eventTime.idle) {
      watermark.elapse(now);
      return this.takeWhole(now - JOINED_WITHIN);
    }
    const events: LaneEvents[] = [];
    const dead: DeadLetter[] = [];
    const closed = this.takeHeld(events, dead);
    for (const [input, silence] of [...this.pastSilence]) {
      this.pastSilence.set(input, silence + step);
      if (silence + step < source.eventTime.idle) continue;
      this.pastSilence.delete(input);
      closed.push(...tracks.finishPast(input));
    }
    if (watermark.elapse(now))
      closed.push(...tracks.settle(this.parser.templates), ...tracks.advance(watermark.value), ...this.streams.advance(watermark.value));
    this.changed ||= events.length > 0 || closed.length > 0;
    return { events, dead, findings: await this.score(closed) };
  }

  async end(): Promise<LaneOutput> {
    this.changed = true;
    const events: LaneEvents[] = [];
    const dead: DeadLetter[] = [];
    const closed = this.takeHeld(events, dead);
    this.pastSilence.clear();
    closed.push(...this.tracks.finish(this.parser.templates), ...this.streams.finish());
    return { events, dead, findings: await this.score(closed) };
  }

  private async score(closed: readonly FeatureBatch[]): Promise<Finding[]> {
    const findings = this.ruled;
    this.ruled = [];
    const feature = this.tracks.feature?.hash ?? '';
    const names = new TemplateNames(this.parser.templates);
    for (const batch of closed) {
      if (batch.shape === 'sequences') this.counters.units += batch.rows;
      for (const scorer of this.scorers) {
        if (scorer.detector.shape !== batch.shape) continue;
        for (const flagged of await scorer.take(batch)) findings.push(findingOf(scorer, flagged, feature, names));
      }
    }
    return findings;
  }

  /** A new input whose first record lies behind what live windows still take. */
  private liesInThePast(input: string, events: LogBatch): boolean {
    if (this.watermark.has(input)) return false;
    const first = events.time.find((time) => !Number.isNaN(time));
    return first !== undefined && first < this.watermark.value - this.source.eventTime.lateness;
  }

  get feature(): string {
    return this.tracks.feature?.why ?? '';
  }

  get templates(): readonly Template[] {
    return this.parser.templates;
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const own: Record<string, Uint8Array> = {};
    if (this.changed) {
      const state: State = {
        watermark: this.watermark.snapshot(),
        counters: this.counters,
        generations: [...this.generations],
        pastSilence: [...this.pastSilence],
        lastArrival: this.lastArrival,
        clocks: this.clocks.snapshot(),
        lastTimes: [...this.lastTimes],
        undated: this.undatedEvents,
      };
      own.time = new Uint8Array(serialize(state));
      if (this.parser.format !== undefined) own.parser = this.parser.snapshot();
      for (const [name, bytes] of Object.entries(this.tracks.snapshot())) own[`windows/${name}`] = bytes;
      const streams = this.streams.snapshot();
      if (streams !== undefined) own.streams = streams;
    }
    this.changed = false;
    return laneBlobs(this, own);
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const own = await restoreLane(this, blobs);
    const { time, parser, streams } = own;
    if (time !== undefined) {
      const state = deserialize(time) as State;
      this.watermark.restore(state.watermark);
      Object.assign(this.counters, state.counters);
      for (const [input, generation] of state.generations) this.generations.set(input, generation);
      for (const [input, silence] of state.pastSilence) this.pastSilence.set(input, silence);
      this.lastArrival = state.lastArrival ?? Number.MAX_SAFE_INTEGER;
      if (state.clocks !== undefined) this.clocks.restore(state.clocks);
      for (const [input, last] of state.lastTimes ?? []) this.lastTimes.set(input, last);
      this.undatedEvents = state.undated ?? 0;
    }
    if (parser !== undefined) this.parser.restore(parser);
    else if (this.format === undefined) this.parser = this.parserOf();
    else this.begin(this.format);
    this.tracks.restore(blobsBelow(own, 'windows/'));
    if (streams !== undefined) this.streams.restore(streams);
  }
}

export const logs: LaneKind = {
  serves: new Set(['sequences', 'observations', 'series', 'log']),
  detectors: ['sequence', 'novelty', 'rate', 'sigma'],
  pseudonymises: true,
  create: (parts) => new LogLane(parts),
};
