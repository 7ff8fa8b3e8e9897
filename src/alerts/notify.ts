import { type Alert, canonicalJson, MICROS_PER_DAY } from '../core/index.ts';
import { SEVERITY_LEVELS } from './severity.ts';

export interface NotifyOptions {
  /** Notifications a day of findings with a promised rate, below severity 75. The budget of expected false alerts is the first limit, this the second. */
  readonly perDay: number;
  /** Such notifications a day of severity 75 and above, on top. */
  readonly criticalPerDay: number;
  /** Findings of rules and signatures, which promise no rate: notifications a day at each of the levels medium, high and critical. */
  readonly rulesPerDay: number;
  /** Of those, notifications of one rule, each about another entity. */
  readonly perRule: number;
  /** Where those are used up: so many more a day at each level, `perHost` of them for one host, so that what one host writes does not mute another. */
  readonly reserved: number;
  readonly perHost: number;
  readonly minimumSeverity: number;
}

export const NOTIFY_DEFAULTS: NotifyOptions = {
  perDay: 3,
  criticalPerDay: 7,
  rulesPerDay: 10,
  perRule: 5,
  reserved: 10,
  perHost: 2,
  minimumSeverity: 25,
};

/** A kind of notification and how many of it a day has. */
type Place = readonly [kind: string, limit: number];

interface Day {
  day: number;
  /** By kind of notification. */
  told: Map<string, number>;
  groups: Set<string>;
}

/**
 * Who is told, by the UTC day of event time. What promises a rate (anomalies) has `perDay` and `criticalPerDay` places, each pattern one
 * a day. Rules and signatures have `rulesPerDay` places of their own at each level, `perRule` of them for one rule, each entity one a day: neither
 * false alarms of a detector nor guessing from many addresses hide another attack. Alerts that nobody is told of stay listed. Only the latest
 * day is remembered; alerts of an earlier one count into it.
 */
export class NotificationPolicy {
  private readonly options: NotifyOptions;
  private current: Day = { day: Number.NEGATIVE_INFINITY, told: new Map(), groups: new Set() };

  constructor(options: Partial<NotifyOptions> = {}) {
    this.options = { ...NOTIFY_DEFAULTS, ...options };
  }

  decide(alert: Alert): Alert {
    if (alert.notified) return alert;
    const { severity, start, pValue, entity, host } = alert.detection;
    const day = Number.isFinite(start) ? Math.floor(start / MICROS_PER_DAY) : this.current.day;
    if (day > this.current.day) this.current = { day, told: new Map(), groups: new Set() };
    const { told, groups } = this.current;
    // A p-value that is no number comes back from JSON as null.
    const rule = !Number.isFinite(pValue);
    const group = rule ? `${alert.group} ${entity}${host === undefined ? '' : ` ${host}`}` : alert.group;
    if (severity < this.options.minimumSeverity || groups.has(group)) return alert;
    const isFree = ([kind, limit]: Place): boolean => (told.get(kind) ?? 0) < limit;
    const choices = rule ? this.placesOfRule(alert) : [[this.placeOfAnomaly(severity)]];
    const places = choices.find((some) => some.every(isFree));
    if (places === undefined) return alert;
    for (const [kind] of places) told.set(kind, (told.get(kind) ?? 0) + 1);
    groups.add(group);
    return { ...alert, notified: true };
  }

  private placeOfAnomaly(severity: number): Place {
    const { perDay, criticalPerDay } = this.options;
    return severity >= SEVERITY_LEVELS.critical ? ['critical', criticalPerDay] : ['told', perDay];
  }

  /** The usual ones, then those of its host. */
  private placesOfRule({ group, detection: { severity, host } }: Alert): readonly (readonly Place[])[] {
    const { rulesPerDay, perRule, reserved, perHost } = this.options;
    const level = severity >= SEVERITY_LEVELS.critical ? 'critical' : severity >= SEVERITY_LEVELS.high ? 'high' : 'medium';
    const usual: Place[] = [
      [`rules/${level}`, rulesPerDay],
      [`rules/${level}/${group}`, perRule],
    ];
    if (host === undefined) return [usual];
    const ofHost = `rules/${level}/host/${host}`;
    return [
      [...usual, [ofHost, Number.POSITIVE_INFINITY]],
      [
        [`rules/${level}/reserved`, reserved],
        [ofHost, perHost],
      ],
    ];
  }

  snapshot(): Uint8Array {
    const { day, told, groups } = this.current;
    const state = { day: Number.isFinite(day) ? day : null, told: [...told], groups: [...groups] };
    return new TextEncoder().encode(canonicalJson(state));
  }

  restore(snapshot: Uint8Array): void {
    const stored = JSON.parse(new TextDecoder().decode(snapshot)) as {
      day: number | null;
      /** A number, with `critical` beside it, in states of earlier versions. */
      told: [string, number][] | number;
      critical?: number;
      groups: string[];
    };
    const { told, critical = 0 } = stored;
    const counts: [string, number][] =
      typeof told === 'number'
        ? [
            ['told', told],
            ['critical', critical],
          ]
        : told;
    this.current = { day: stored.day ?? Number.NEGATIVE_INFINITY, told: new Map(counts), groups: new Set(stored.groups) };
  }
}
