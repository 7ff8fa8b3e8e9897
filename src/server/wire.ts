import { z } from 'zod';
import type { AlertWrite } from '../store/index.ts';

export const verdictSchema = z.enum(['true-positive', 'false-positive', 'benign']);
export const stateSchema = z.enum(['open', 'acknowledged', 'closed']);

export const alertQuerySchema = z.strictObject({
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  detector: z.string().optional(),
  entity: z.string().optional(),
  source: z.string().optional(),
  group: z.string().optional(),
  state: stateSchema.optional(),
  minSeverity: z.coerce.number().min(0).max(100).optional(),
  order: z.enum(['time', 'severity']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  cursor: z.string().max(512).optional(),
});

export const labelSchema = z.strictObject({ verdict: verdictSchema, note: z.string().max(4096).default('') });
export const stateBodySchema = z.strictObject({ state: stateSchema });

/** An alert write as JSON: the row as base64. The alert itself was made by this program on this machine's home. */
export const alertWritesSchema = z.strictObject({
  alerts: z.array(z.strictObject({ alert: z.looseObject({ id: z.string().max(64), tenant: z.string() }), row: z.base64() })).max(100_000),
  report: z.looseObject({ name: z.string().max(512) }).optional(),
  analysis: z
    .strictObject({
      id: z.string().regex(/^[0-9a-f]{16}$/),
      paths: z.array(z.string().max(4096)).max(10_000),
      options: z.record(z.string(), z.unknown()),
    })
    .optional(),
});

export function encodeWrites(writes: readonly AlertWrite[]): { alert: unknown; row: string }[] {
  return writes.map(({ alert, row }) => ({ alert, row: Buffer.from(row).toString('base64') }));
}

export function decodeWrites(writes: readonly { alert: unknown; row: string }[]): AlertWrite[] {
  return writes.map(({ alert, row }) => ({ alert: alert as AlertWrite['alert'], row: new Uint8Array(Buffer.from(row, 'base64')) }));
}
