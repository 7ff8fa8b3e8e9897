const FAILED = /^(?:err(?:or)?|crit(?:ical)?|fatal|alert|emerg(?:ency)?|severe|failure|panic)$/i;

/** Whether a log level says that something failed. */
export function isFailedLevel(level: string): boolean {
  return FAILED.test(level);
}
