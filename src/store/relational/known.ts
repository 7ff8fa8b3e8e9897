/**
 * When an alert, incident or entity came to be known (`known_at`, wall clock; null = as of its own times), so that what was found
 * in history read late is kept as long as news is.
 */

/** Of an upsert into `table`: writing again never makes it older. */
export function laterKnown(table: string): string {
  return `max(coalesce(excluded.known_at, ${table}.known_at), coalesce(${table}.known_at, excluded.known_at))`;
}

/** Condition with one value: `column`, and when it came to be known, lie before. */
export function isOlder(column: string): string {
  return `max(${column}, coalesce(known_at, ${column})) < ?`;
}
