import { z } from 'zod';
import { timeSchema } from './common.ts';

export const MOST_ASSIGNEE = 256;
export const MOST_NOTE = 4096;

/** What people do with alerts and incidents alike. */
export const stateSchema = z.enum(['open', 'acknowledged', 'closed']);
export const assigneeSchema = z.string().min(1).max(MOST_ASSIGNEE);
export const notesSchema = z.array(z.object({ note: z.string(), by: z.string(), at: timeSchema }));

/** Absent = as it is; `assignee` null = nobody. */
export const handlingChangeSchema = z.strictObject({ state: stateSchema.optional(), assignee: assigneeSchema.nullable().optional() });
export const noteBodySchema = z.strictObject({ note: z.string().min(1).max(MOST_NOTE) });
