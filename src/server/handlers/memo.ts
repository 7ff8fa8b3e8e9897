const ENTRIES = 1_000;

/** The same answer for everybody who asks within `millis`, made once: many open dashboards cost as much as one. */
export function memo<T>(millis: number): (key: string, make: () => Promise<T>) => Promise<T> {
  const known = new Map<string, { readonly value: Promise<T>; readonly until: number }>();
  return (key, make) => {
    const now = performance.now();
    const found = known.get(key);
    if (found !== undefined && found.until > now) return found.value;
    if (known.size >= ENTRIES) known.clear();
    const value = make();
    known.set(key, { value, until: now + millis });
    value.catch(() => known.delete(key));
    return value;
  };
}
