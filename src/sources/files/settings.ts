import { z } from 'zod';

/** Settings that every source of files has. */
export const fileLimits = {
  batchBytes: z
    .number()
    .int()
    .min(1)
    .default(1 << 20)
    .describe('Records are gathered until a batch holds this many bytes'),
  maxRecordBytes: z
    .number()
    .int()
    .min(64)
    .default(16 << 20)
    .describe('A longer record is cut here, marked as truncated and counted'),
  readRate: z.number().positive().optional().describe('Bytes read per second at most'),
};
