import { z } from 'zod';
import { canonicalJson, type Micros, type RecordBatch, VedetteError } from '../core/index.ts';
import type { Held, HeldEvents } from './held.ts';
import { fileTemplates, minedBy, minedTemplates } from './known-templates.ts';
import type { OthersState } from './mixed/other-formats.ts';
import type { TemplateAssigner } from './template-assigner.ts';

const VERSION = 1;

/** What is kept of inputs with lines of several formats. */
export interface MixedState {
  readonly others: OthersState;
  readonly times: readonly (readonly [string, Micros])[];
}

const SNAPSHOT = z.object({
  version: z.literal(VERSION),
  format: z.string().optional(),
  templates: minedTemplates,
  fixedCounts: z.array(z.number()),
  evicted: z.number(),
  monthFirst: z.boolean().optional(),
  mixed: z
    .object({
      chosen: z.array(z.string()),
      unread: z.array(z.base64()),
      seen: z.number(),
      due: z.number(),
      times: z.array(z.tuple([z.string(), z.number()])),
    })
    .optional(),
  held: z.array(
    z.object({
      source: z.string(),
      input: z.string(),
      generation: z.string(),
      offset: z.number(),
      line: z.number(),
      arrival: z.number(),
      bytes: z.base64(),
      ends: z.array(z.number()).optional(),
      originEnds: z.array(z.number()).optional(),
    }),
  ),
});

export function encodeSnapshot(
  format: string | undefined,
  assigner: TemplateAssigner | undefined,
  held: HeldEvents,
  mixed?: MixedState,
  monthFirst = false,
): Uint8Array {
  const state: z.input<typeof SNAPSHOT> = {
    version: VERSION,
    ...(format === undefined ? {} : { format }),
    templates: assigner === undefined ? [] : minedBy(assigner.miner),
    fixedCounts: assigner?.fixed?.templates.map(({ count }) => count) ?? [],
    evicted: assigner?.miner.evicted ?? 0,
    ...(monthFirst ? { monthFirst } : {}),
    ...(mixed === undefined
      ? {}
      : {
          mixed: {
            ...mixed.others,
            chosen: [...mixed.others.chosen],
            unread: mixed.others.unread.map((line) => Buffer.from(line).toString('base64')),
            times: mixed.times.map(([input, time]) => [input, time]),
          },
        }),
    held: held.list().map(({ source, batch }) => ({
      source,
      input: batch.input,
      generation: batch.generation,
      offset: batch.offset,
      line: batch.line,
      arrival: batch.arrival,
      bytes: Buffer.from(batch.bytes).toString('base64'),
      ...(batch.ends === undefined ? {} : { ends: [...batch.ends] }),
      ...(batch.originEnds === undefined ? {} : { originEnds: [...batch.originEnds] }),
    })),
  };
  return new TextEncoder().encode(canonicalJson(state));
}

export interface ParserState {
  readonly format: string | undefined;
  readonly held: readonly Held[];
  readonly mixed: MixedState | undefined;
  readonly monthFirst: boolean;
  restore(assigner: TemplateAssigner): void;
}

export function decodeSnapshot(bytes: Uint8Array): ParserState {
  let state: z.output<typeof SNAPSHOT>;
  try {
    state = SNAPSHOT.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new VedetteError('STORE_CORRUPT', 'the parser state cannot be read', {
      hint: 'remove the checkpoint of this source; templates are then learnt again',
      cause,
    });
  }
  return {
    format: state.format,
    monthFirst: state.monthFirst === true,
    mixed: state.mixed && {
      others: { ...state.mixed, unread: state.mixed.unread.map((line) => new Uint8Array(Buffer.from(line, 'base64'))) },
      times: state.mixed.times,
    },
    held: state.held.map(({ source, bytes, ends, originEnds, ...rest }) => {
      const batch: RecordBatch = {
        ...rest,
        bytes: new Uint8Array(Buffer.from(bytes, 'base64')),
        last: false,
        ...(ends && { ends: Uint32Array.from(ends) }),
        ...(originEnds && { originEnds: Uint32Array.from(originEnds) }),
      };
      return { source, batch };
    }),
    restore({ miner, fixed }) {
      fileTemplates(miner, state.templates);
      miner.evicted = state.evicted;
      fixed?.setCounts(state.fixedCounts);
    },
  };
}
