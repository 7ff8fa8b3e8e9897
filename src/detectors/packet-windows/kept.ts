/** Something with state that a snapshot of the detector holds, as plain data. */
export interface Kept {
  snapshot(): unknown;
  restore(state: never): void;
}

export type KeptParts = Readonly<Record<string, Kept>>;

export function snapshotOf(parts: KeptParts): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.snapshot()]));
}

export function restoreAll(parts: KeptParts, state: Readonly<Record<string, unknown>>): void {
  // A part that the state is older than begins anew.
  for (const [name, part] of Object.entries(parts)) if (state[name] !== undefined) part.restore(state[name] as never);
}
