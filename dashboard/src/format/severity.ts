export const LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

/** Lower bounds of the levels, 0..100. */
export const LEVEL_FROM: Readonly<Record<Level, number>> = { low: 0, medium: 25, high: 50, critical: 75 };

export function levelOf(severity: number): Level {
  if (severity >= 75) return 'critical';
  if (severity >= 50) return 'high';
  return severity >= 25 ? 'medium' : 'low';
}
