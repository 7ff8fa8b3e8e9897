import { z } from 'zod';
import { canonicalJson, VedetteError } from '../core/index.ts';
import type { TemplateMiner } from './drain/miner.ts';

export const minedTemplates = z.array(
  z.object({
    id: z.string(),
    tokens: z.array(z.string()),
    path: z.array(z.string()),
    wild: z.array(z.number()),
    count: z.number(),
    order: z.number(),
  }),
);

/** In order of last use, the one unused longest first. */
export type MinedTemplates = z.output<typeof minedTemplates>;

export function minedBy(miner: TemplateMiner): MinedTemplates {
  return miner.held().map(({ id, tokens, path, wild, count, order }) => ({
    id,
    tokens: [...tokens],
    path: [...path],
    wild: [...wild],
    count,
    order,
  }));
}

/** Files templates on an empty miner. */
export function fileTemplates(miner: TemplateMiner, templates: MinedTemplates): void {
  const created = [...templates].sort((a, b) => a.order - b.order);
  for (const { id, tokens, path, wild, count } of created) miner.file(id, tokens, path, wild, count);
  miner.order(templates.map(({ id }) => id));
}

const known = z.array(z.object({ format: z.string(), templates: minedTemplates }));

/**
 * Templates that were mined from lines of a format before: a parser that begins with them gives later lines of the same kind the same ids, as
 * an id comes from the line that was first of its kind. Their counts are 0.
 */
export type KnownTemplates = z.output<typeof known>[number];

/** File of a registered version with what was mined of the logs it learnt from. */
export const KNOWN_TEMPLATES = 'templates.bin';

export function packKnownTemplates(templates: readonly KnownTemplates[]): Uint8Array {
  return new TextEncoder().encode(canonicalJson(templates));
}

/** Throws MODEL_MISMATCH where the bytes are none. */
export function unpackKnownTemplates(bytes: Uint8Array): KnownTemplates[] {
  try {
    return known.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new VedetteError('MODEL_MISMATCH', 'the templates of the model cannot be read', { hint: 'train it again', cause });
  }
}
