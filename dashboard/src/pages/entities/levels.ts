/** By the risk now, the worst first. */
export const LEVELS = ['harmful', 'attacked', 'suspicious', 'safe'] as const;
export type Level = (typeof LEVELS)[number];

/** The colour of each level. */
export const LEVEL_COLOUR = { harmful: 'critical', attacked: 'high', suspicious: 'medium', safe: 'good' } as const;
