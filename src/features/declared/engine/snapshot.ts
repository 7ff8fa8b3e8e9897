import { concatFloats, pack, unpack, VedetteError } from '../../../core/index.ts';
import type { WatermarkState } from '../../watermark.ts';
import { WINDOW } from './accumulators/accumulator.ts';
import type { FeatureCounters } from './engine.ts';
import type { WindowStore } from './window-store.ts';

interface Header {
  readonly hash: string;
  readonly clock: { latest: number | null; pending: number; pendingTime: number | null };
  readonly counters: FeatureCounters;
  readonly inputs: readonly string[];
  readonly keys: readonly (string | number | number[])[][];
}

/** All state of an engine; windows in order of their last use. Equal states give equal bytes. */
export function writeSnapshot(hash: string, store: WindowStore, clock: WatermarkState, counters: FeatureCounters): Uint8Array {
  const slots: number[] = [];
  for (let slot = store.table.oldest; slot >= 0; slot = store.table.after(slot)) slots.push(slot);
  const { width } = store;
  const state = new Float64Array(slots.length * width);
  for (const [i, slot] of slots.entries()) state.set(store.state.subarray(slot * width, (slot + 1) * width), i * width);
  const sketches = store.accumulators.flatMap((one) => slots.map((slot) => one.save?.(slot) ?? new Float64Array(0)));
  const header: Header = {
    hash,
    clock: { ...clock, latest: finite(clock.latest), pendingTime: finite(clock.pendingTime) },
    counters,
    inputs: store.inputs,
    keys: slots.map((slot) => store.keys.save(slot)),
  };
  const seen = store.firstSeen.flatMap((one, i) => {
    const { young, old } = one.memory.snapshot();
    return [
      [`young${i}`, young],
      [`old${i}`, old],
    ] as const;
  });
  return pack(header, {
    state,
    identity: Int32Array.from(slots.flatMap((slot) => store.table.identity(slot))),
    keyHash: Int32Array.from(slots.flatMap((slot) => [store.keyHigh[slot] as number, store.keyLow[slot] as number])),
    sketchLengths: Int32Array.from(sketches, (one) => one.length),
    sketches: concatFloats(sketches),
    ...Object.fromEntries(seen),
  });
}

/** Fills an empty store; gives the slots in order of creation. */
export function readSnapshot(
  bytes: Uint8Array,
  hash: string,
  store: WindowStore,
): { clock: Header['clock']; counters: FeatureCounters; slots: number[] } {
  const read = unpack(bytes);
  const header = read.header as Header;
  if (header.hash !== hash || store.table.size > 0) {
    throw new VedetteError('MODEL_MISMATCH', 'the state of a feature belongs to another definition of it', {
      hint: 'Start from an empty state: the definition has changed.',
    });
  }
  for (const input of header.inputs) store.inputCode(input);
  const [state, identity, keyHash] = [read.float64('state'), read.int32('identity'), read.int32('keyHash')];
  const slots = header.keys.map((values, i) => {
    const slot = store.open(
      identity[2 * i] as number,
      identity[2 * i + 1] as number,
      keyHash[2 * i] as number,
      keyHash[2 * i + 1] as number,
      0,
      0,
    );
    store.state.set(state.subarray(i * store.width, (i + 1) * store.width), slot * store.width);
    store.keys.load(slot, values);
    return slot;
  });
  let [at, sketch] = [0, 0];
  const [lengths, sketches] = [read.int32('sketchLengths'), read.float64('sketches')];
  for (const accumulator of store.accumulators) {
    for (const slot of slots) {
      const length = lengths[sketch++] as number;
      accumulator.load?.(slot, sketches.slice(at, at + length));
      at += length;
    }
  }
  for (const [i, one] of store.firstSeen.entries()) one.memory.restore({ young: read.float64(`young${i}`), old: read.float64(`old${i}`) });
  const serial = (slot: number): number => store.state[slot * store.width + WINDOW.serial] as number;
  store.serial = slots.reduce((most, slot) => Math.max(most, serial(slot) + 1), 0);
  return { clock: header.clock, counters: header.counters, slots: slots.sort((a, b) => serial(a) - serial(b)) };
}

function finite(value: number): number {
  return (Number.isFinite(value) ? value : null) as number;
}
