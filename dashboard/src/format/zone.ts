import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let utc = false;

/** Whether times are shown in UTC instead of the browser's zone. */
export const inUtc = (): boolean => utc;

export function showInUtc(next: boolean): void {
  utc = next;
  for (const listener of listeners) listener();
}

/** Which zone is shown; draws anew when another is chosen. */
export function useUtc(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, inUtc);
}

/** Minutes that the shown zone is ahead of UTC at that moment. */
export function zoneOffset(millis: number): number {
  return utc ? 0 : -new Date(millis).getTimezoneOffset();
}

/** CET, GMT-5 or UTC, as it is at that moment. */
export function zoneName(millis = Date.now()): string {
  if (utc) return 'UTC';
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(millis);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local';
}

/** The browser's zone with its distance from UTC: Europe/Madrid (UTC+1). */
export function ownZone(): string {
  const ahead = -new Date().getTimezoneOffset();
  const hours = Math.floor(Math.abs(ahead) / 60);
  const minutes = Math.abs(ahead) % 60;
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${name} (UTC${ahead < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`})`;
}
