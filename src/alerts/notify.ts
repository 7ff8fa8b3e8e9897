import { type Alert, canonicalJson, MICROS_PER_DAY } from '../core/index.ts';

export interface NotifyOptions {
  /** Notifications a day below severity 75. The budget of expected false alerts is the first limit, this the second. */
  readonly perDay: number;
  /** Notifications a day of severity 75 and above, on top. */
  readonly criticalPerDay: number;
  readonly minimumSeverity: number;
}

export const NOTIFY_DEFAULTS: NotifyOptions = { perDay: 3, criticalPerDay: 7, minimumSeverity: 25 };

interface Day {
  day: number;
  told: number;
  critical: number;
  groups: Set<string>;
}

/**
 * Who is told: at most `perDay` and `criticalPerDay` alerts in a UTC day of event time, each group once a day. Alerts that
 * nobody is told of stay listed. Only the latest day is remembered; alerts of an earlier one count into it.
 */
export class NotificationPolicy {
  private readonly options: NotifyOptions;
  private current: Day = { day: Number.NEGATIVE_INFINITY, told: 0, critical: 0, groups: new Set() };

  constructor(options: Partial<NotifyOptions> = {}) {
    this.options = { ...NOTIFY_DEFAULTS, ...options };
  }

  decide(alert: Alert): Alert {
    if (alert.notified) return alert;
    const { severity, start } = alert.detection;
    const day = Number.isFinite(start) ? Math.floor(start / MICROS_PER_DAY) : this.current.day;
    if (day > this.current.day) this.current = { day, told: 0, critical: 0, groups: new Set() };
    const { current, options } = this;
    if (severity < options.minimumSeverity || current.groups.has(alert.group)) return alert;
    const critical = severity >= 75;
    if (critical ? current.critical >= options.criticalPerDay : current.told >= options.perDay) return alert;
    if (critical) current.critical++;
    else current.told++;
    current.groups.add(alert.group);
    return { ...alert, notified: true };
  }

  snapshot(): Uint8Array {
    const { day, told, critical, groups } = this.current;
    return new TextEncoder().encode(canonicalJson({ day: Number.isFinite(day) ? day : null, told, critical, groups: [...groups] }));
  }

  restore(snapshot: Uint8Array): void {
    const stored = JSON.parse(new TextDecoder().decode(snapshot)) as {
      day: number | null;
      told: number;
      critical: number;
      groups: string[];
    };
    this.current = { ...stored, day: stored.day ?? Number.NEGATIVE_INFINITY, groups: new Set(stored.groups) };
  }
}
