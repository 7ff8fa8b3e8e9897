import { z } from 'zod';
import { canonicalJson, type RecordBatch, VedetteError } from '../core/index.ts';
import type { Held, HeldEvents } from './held.ts';
import { fileTemplates, minedBy, minedTemplates } from './known-templates.ts';
import type { TemplateAssigner } from './template-assigner.ts';

const VERSION = 1;

const SNAPSHOT = z.object({
  version: z.literal(VERSION),
  format: z.string().optional(),
  templates: minedTemplates,
  fixedCounts: z.array(z.number()),
  evicted: z.number(),
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

export function encodeSnapshot(format: string | undefined, assigner: TemplateAssigner | undefined, held: HeldEvents): Uint8Array {
  const state: z.input<typeof SNAPSHOT> = {
    version: VERSION,
    ...(format === undefined ? {} : { format }),
    templates: assigner === undefined ? [] : minedBy(assigner.miner),
    fixedCounts: assigner?.fixed?.templates.map(({ count }) => count) ?? [],
    evicted: assigner?.miner.evicted ?? 0,
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
