import { MAX_SERIES_NAME } from '../../core/index.ts';

/** `http_requests{code="200",method="GET"}`: labels in their order of name, values quoted; a name without labels is itself. */
export function seriesName(name: string, labels: readonly (readonly [string, string])[]): string {
  if (labels.length === 0) return name.slice(0, MAX_SERIES_NAME);
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${name}{${sorted.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}}`.slice(0, MAX_SERIES_NAME);
}
