import { z } from 'zod';

export const config = z.strictObject({
  minSeverity: z.number().min(0).max(100).default(25).describe('alerts of the sensor below this severity (0-100) raise none of ours'),
});
