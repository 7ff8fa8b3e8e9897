import { z } from 'zod';
import { canonicalJson, VedetteError } from '../../core/index.ts';
import { HyperLogLog } from '../../ml/index.ts';
import type { GrowingIncident } from './growing.ts';
import type { SurpriseState } from './surprise.ts';

export interface EngineState {
  readonly latest: number | null;
  readonly counts: { alerts: number; echoes: number; late: number; evidence: number; opened: number };
  readonly meter: SurpriseState;
  readonly open: GrowingIncident[];
}

const text = z.string();
const number = z.number();
const evidence = z.object({
  alertId: text,
  time: number,
  type: text,
  title: text,
  detector: text,
  host: text,
  user: text.exactOptional(),
  tactic: text.exactOptional(),
  techniques: z.array(text).exactOptional(),
  severity: number.exactOptional(),
  surprise: number,
  hostBins: number,
  typeBins: number,
  bins: number,
});
const entry = z.object({
  time: number,
  end: number.exactOptional(),
  host: text,
  title: text,
  detector: text,
  surprise: number,
  tactic: text.exactOptional(),
  alertId: text,
});
const growing = z.object({
  id: text,
  start: number,
  lastEvidence: number,
  // Absent in older states, whose incidents had the times that the engine had reached.
  firstEnd: number.exactOptional(),
  opened: number.exactOptional(),
  touched: number.exactOptional(),
  notifiedAt: number.nullable(),
  alerts: number,
  alertIds: z.array(text).default([]),
  hosts: z.array(text),
  manyHosts: z.base64().exactOptional(),
  related: z.array(text),
  evidence: z.array(z.tuple([text, evidence])),
  typeSeen: z.array(z.tuple([text, number])),
  timeline: z.array(entry),
  merged: z.array(text),
});
const state = z.object({
  version: z.literal(1),
  latest: number.nullable(),
  counts: z.object({ alerts: number, echoes: number, late: number, evidence: number, opened: number }),
  meter: z.object({
    start: number.nullable(),
    counters: z.array(z.object({ key: text, bins: z.array(number).max(24), bin: number, count: number })),
  }),
  open: z.array(growing),
});

/** Deterministic bytes. Names come from attackers, so maps are written as lists of pairs. */
export function writeState({ meter, open, ...rest }: EngineState): Uint8Array {
  return new TextEncoder().encode(
    canonicalJson({
      ...rest,
      version: 1,
      meter: { ...meter, start: Number.isNaN(meter.start) ? null : meter.start },
      open: open.map(({ manyHosts, ...one }) => ({
        ...one,
        ...(manyHosts === null ? {} : { manyHosts: Buffer.from(manyHosts.registers).toString('base64') }),
        evidence: Object.entries(one.evidence),
        typeSeen: Object.entries(one.typeSeen),
      })),
    }),
  );
}

/** Throws STORE_CORRUPT for bytes that `writeState` did not write. */
export function readState(bytes: Uint8Array): EngineState {
  try {
    const read = state.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return {
      ...read,
      meter: { start: read.meter.start ?? Number.NaN, counters: read.meter.counters },
      open: read.open.map((one) => ({
        ...one,
        firstEnd: one.firstEnd ?? one.start,
        opened: one.opened ?? one.start,
        touched: one.touched ?? one.lastEvidence,
        manyHosts: one.manyHosts === undefined ? null : new HyperLogLog(Uint8Array.from(Buffer.from(one.manyHosts, 'base64'))),
        evidence: bare(one.evidence),
        typeSeen: bare(one.typeSeen),
      })),
    };
  } catch (cause) {
    throw new VedetteError('STORE_CORRUPT', 'the state of the incidents cannot be read', {
      cause,
      hint: 'Remove it: the history is learnt again from the alerts that follow.',
    });
  }
}

function bare<T>(pairs: readonly (readonly [string, T])[]): Record<string, T> {
  const object = Object.create(null) as Record<string, T>;
  for (const [key, value] of pairs) object[key] = value;
  return object;
}
