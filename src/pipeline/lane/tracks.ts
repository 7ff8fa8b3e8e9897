import { deserialize, serialize } from 'node:v8';
import type { LogBatch, Micros, SequenceBatch, Template } from '../../core/index.ts';
import { chooseSequences, type SequenceChoice, type SequenceFeature, type Sequencer, sequencer } from '../../features/index.ts';
import { blobsBelow } from './blobs.ts';
import { selectRows } from './select.ts';

interface State {
  readonly feature: SequenceFeature | undefined;
  readonly held: readonly LogBatch[];
  /** Name and number of each track. */
  readonly tracks: readonly (readonly [string, number])[];
}

interface Track {
  readonly sequencer: Sequencer;
  /** Its blobs are named `<number>/…`. */
  readonly number: number;
}

/** Blob that says which tracks there are. */
const TRACKS = 'tracks';

const LIVE = '';
/** Back-filled inputs read at the same time; beyond, the one first opened is closed. */
const MAX_TRACKS = 64;

/**
 * Sessions or windows of one source. What groups its lines is settled once, from the first `lines` of it. Inputs that lie in
 * the past get sessions of their own (a track each), so back-filled history and live data never mix.
 */
export class Tracks {
  private readonly choice: SequenceChoice;
  private readonly lines: number;
  private readonly tracks = new Map<string, Track>();
  /** Names of the blobs that snapshots gave out and that hold something. */
  private readonly stored = new Set<string>();
  private held: LogBatch[] = [];
  private heldRows = 0;
  feature: SequenceFeature | undefined;

  constructor(choice: SequenceChoice, lines: number) {
    this.choice = choice;
    this.lines = lines;
    const { by = 'auto', idle } = choice.session ?? {};
    if (choice.mode === 'window' || (by !== 'auto' && idle !== undefined)) this.feature = chooseSequences([], choice);
  }

  isPast(input: string): boolean {
    return this.tracks.has(input) && input !== LIVE;
  }

  /** Lines of one input; `past` gives the input a track of its own. Returns the units that closed, in order. */
  add(batch: LogBatch, templates: readonly Template[], past: boolean): SequenceBatch[] {
    if (batch.rows === 0) return [];
    if (this.feature !== undefined) return this.feed(batch, templates, past ? batch.origin.input : LIVE);
    const room = this.lines - this.heldRows;
    const mask = (from: number, to: number) => Uint8Array.from({ length: batch.rows }, (_, row) => (row >= from && row < to ? 1 : 0));
    const kept = selectRows(batch, mask(0, room));
    this.held.push(kept);
    this.heldRows += kept.rows;
    if (this.heldRows < this.lines) return [];
    const closed = this.settle(templates);
    return batch.rows > room ? [...closed, ...this.add(selectRows(batch, mask(room, batch.rows)), templates, past)] : closed;
  }

  /** Settles what a unit is from the lines seen, however few, and hands those lines on. */
  settle(templates: readonly Template[]): SequenceBatch[] {
    if (this.feature !== undefined || this.heldRows === 0) return [];
    this.feature = chooseSequences(this.held, { ...this.choice, closing: 'observed' }, templates);
    const { held } = this;
    this.held = [];
    this.heldRows = 0;
    return held.flatMap((batch) => this.feed(batch, templates, LIVE));
  }

  /** Time passed without records: closes what is due in the live track. */
  advance(watermark: Micros): SequenceBatch[] {
    const live = this.tracks.get(LIVE)?.sequencer;
    live?.advance(watermark);
    return taken(live);
  }

  /** A back-filled input holds nothing more for now. */
  finishPast(input: string): SequenceBatch[] {
    return input === LIVE ? [] : this.finishTrack(input);
  }

  /** End of input: everything closes, history first. */
  finish(templates: readonly Template[]): SequenceBatch[] {
    const settled = this.settle(templates);
    const names = [...this.tracks.keys()].sort();
    return [...settled, ...[...names.filter((name) => name !== LIVE), LIVE].flatMap((name) => this.finishTrack(name))];
  }

  get pastInputs(): readonly string[] {
    return [...this.tracks.keys()].filter((name) => name !== LIVE);
  }

  private feed(batch: LogBatch, templates: readonly Template[], name: string): SequenceBatch[] {
    const closed: SequenceBatch[] = [];
    let track = this.tracks.get(name);
    if (track === undefined) {
      if (this.tracks.size >= MAX_TRACKS) closed.push(...this.finishTrack(this.pastInputs[0] ?? LIVE));
      track = { sequencer: sequencer(this.feature as SequenceFeature), number: this.freeNumber() };
      this.tracks.set(name, track);
    }
    track.sequencer.add(batch, templates);
    return [...closed, ...taken(track.sequencer)];
  }

  private finishTrack(name: string): SequenceBatch[] {
    const track = this.tracks.get(name)?.sequencer;
    this.tracks.delete(name);
    track?.finish();
    return taken(track);
  }

  private freeNumber(): number {
    const taken = new Set([...this.tracks.values()].map(({ number }) => number));
    let number = 0;
    while (taken.has(number)) number++;
    return number;
  }

  /** Blobs that changed since the last call; an empty one is gone. */
  snapshot(): Readonly<Record<string, Uint8Array>> {
    const state: State = { feature: this.feature, held: this.held, tracks: [...this.tracks].map(([name, { number }]) => [name, number]) };
    const blobs: Record<string, Uint8Array> = { [TRACKS]: new Uint8Array(serialize(state)) };
    const numbers = new Set([...this.tracks.values()].map(({ number }) => String(number)));
    for (const name of this.stored) if (name !== TRACKS && !numbers.has(name.split('/')[0] as string)) blobs[name] = new Uint8Array();
    for (const { sequencer: track, number } of this.tracks.values())
      for (const [name, bytes] of Object.entries(track.snapshot())) blobs[`${number}/${name}`] = bytes;
    this.remember(blobs);
    return blobs;
  }

  /** All blobs, each as `snapshot` gave it last. */
  restore(blobs: Readonly<Record<string, Uint8Array>>): void {
    const own = blobs[TRACKS];
    if (own === undefined) return;
    const { feature, held, tracks } = deserialize(own) as State;
    this.feature = feature;
    this.held = [...held];
    this.heldRows = held.reduce((sum, batch) => sum + batch.rows, 0);
    this.tracks.clear();
    for (const [name, number] of tracks) {
      const track = sequencer(feature as SequenceFeature);
      track.restore(blobsBelow(blobs, `${number}/`));
      this.tracks.set(name, { sequencer: track, number });
    }
    this.stored.clear();
    this.remember(blobs);
  }

  private remember(blobs: Readonly<Record<string, Uint8Array>>): void {
    for (const [name, { length }] of Object.entries(blobs)) {
      if (length > 0) this.stored.add(name);
      else this.stored.delete(name);
    }
  }
}

function taken(track: Sequencer | undefined): SequenceBatch[] {
  const closed = track?.take();
  return closed === undefined ? [] : [closed];
}
