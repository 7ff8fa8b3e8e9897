import { z } from 'zod';
import { cursorSchema, limitSchema, listOf, numberSchema, pageOf, timeQuerySchema, timeSchema } from './common.ts';

const filters = {
  /** Half-open, microseconds. */
  from: timeQuerySchema.optional(),
  to: timeQuerySchema.optional(),
  source: z.string().max(256).optional(),
  /** At either end. */
  address: z.string().max(64).optional(),
  /** At the other end. */
  peer: z.string().max(64).optional(),
  /** Of the responder. */
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  /** IANA number. */
  protocol: z.coerce.number().int().min(0).max(255).optional(),
};

export const flowQuery = z.strictObject({ ...filters, limit: limitSchema.default(100), cursor: cursorSchema.optional() });

/** Forward is initiator to responder. */
export const flowSchema = z.object({
  source: z.string(),
  input: z.string(),
  offset: z.number(),
  time: timeSchema,
  sourceAddress: z.string(),
  sourcePort: numberSchema,
  destinationAddress: z.string(),
  destinationPort: numberSchema,
  protocol: numberSchema,
  durationMicros: numberSchema,
  forwardBytes: numberSchema,
  backwardBytes: numberSchema,
  forwardPackets: numberSchema,
  backwardPackets: numberSchema,
  state: z.string().optional(),
  attributes: z.string().optional(),
});
export const flowPage = pageOf(flowSchema);

export const predictionQuery = z.strictObject({
  ...filters,
  detector: z.string().max(64).optional(),
  /** As predicted. */
  class: z.string().max(200).optional(),
  /** At or below the promised rate. */
  flagged: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  limit: limitSchema.default(100),
  cursor: cursorSchema.optional(),
});
export const predictionPage = pageOf(
  z.object({
    source: z.string(),
    input: z.string(),
    /** Number of the flow's line, or of its first packet, in its input. */
    row: z.number(),
    offset: z.number(),
    time: timeSchema,
    sourceAddress: z.string(),
    sourcePort: numberSchema,
    destinationAddress: z.string(),
    destinationPort: numberSchema,
    detector: z.string(),
    model: z.string(),
    predicted: z.string(),
    /** Null where the model gives none. */
    probability: numberSchema,
    pValue: numberSchema,
    flagged: z.boolean(),
    /** The label that the record brought. */
    actual: z.string().optional(),
  }),
);

export const talkersQuery = z.strictObject({
  ...filters,
  /** Addresses (both ends of each flow), services (`PROTOCOL/PORT`), or pairs (`INITIATOR RESPONDER`). */
  by: z.enum(['address', 'service', 'pair']).default('address'),
  limit: limitSchema.default(20),
});
export const talkersList = listOf(
  z.object({
    name: z.string(),
    flows: z.number(),
    sentBytes: z.number(),
    receivedBytes: z.number(),
    /** Distinct other ends. */
    peers: z.number(),
    firstSeen: timeSchema,
    lastSeen: timeSchema,
  }),
);

export const volumeQuery = z.strictObject({ ...filters, bins: z.coerce.number().int().min(1).max(500).default(120) });
export const volumeSchema = z.object({
  /** Left edge of the first bin; null without any dated flow. */
  start: timeSchema,
  binMicros: z.number(),
  flows: z.array(z.number()),
  /** Of both directions, by the flow's start. */
  bytes: z.array(z.number()),
  total: z.number(),
});
