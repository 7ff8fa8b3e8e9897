import { type Alert, canonicalJson, type Detection, MICROS_PER_DAY, type Micros, stableId } from '../core/index.ts';
import { groupOf } from './group.ts';
import { withOccurrence, withRescored } from './occurrences.ts';

export interface FoldOptions {
  /** `key`: only re-scored units fold. `entity`: the same pattern on the same entity folds into one alert. */
  readonly foldBy: 'key' | 'entity';
  /** A pattern that was quiet this long opens a new alert. */
  readonly foldWithin: Micros;
  /** Open patterns remembered; beyond, the one unseen longest is forgotten. */
  readonly capacity: number;
}

export const FOLD_DEFAULTS: FoldOptions = { foldBy: 'entity', foldWithin: MICROS_PER_DAY, capacity: 10_000 };

export interface Folded {
  readonly alert: Alert;
  /** `new`; `again`: another unit of a known pattern; `rescored`: the same unit once more, which replaces the former. */
  readonly change: 'new' | 'again' | 'rescored';
}

interface Open {
  alert: Alert;
  latest: string;
}

/** Detections -> alerts of one tenant: the same unit never counts twice, the same pattern on the same entity, as the same host tells it, becomes one alert. */
export class AlertFolder {
  private readonly tenant: string;
  private readonly options: FoldOptions;
  private readonly open = new Map<string, Open>();

  constructor(tenant: string, options: Partial<FoldOptions> = {}) {
    this.tenant = tenant;
    this.options = { ...FOLD_DEFAULTS, ...options };
  }

  fold(detection: Detection): Folded {
    const group = groupOf(detection);
    const about = this.options.foldBy === 'key' ? detection.key : detection.entity;
    const key = stableId(detection.source, group, about, ...(detection.host === undefined ? [] : [detection.host]));
    const known = this.open.get(key);
    if (known === undefined || detection.start - known.alert.lastSeen > this.options.foldWithin) {
      const alert = alertOf(this.tenant, detection, group);
      this.remember(key, { alert, latest: detection.id });
      return { alert, change: 'new' };
    }
    const { alert } = known;
    const isKnown = detection.id === known.latest || detection.id === alert.detection.id || has(alert, detection.id);
    const change = isKnown ? 'rescored' : 'again';
    const worse = detection.severity > alert.detection.severity || detection.id === alert.detection.id;
    const folded: Alert = {
      ...alert,
      detection: worse ? detection : alert.detection,
      count: change === 'again' ? alert.count + 1 : alert.count,
      lastSeen: latest(alert.lastSeen, detection.end),
      ...(change === 'again' ? { occurrences: withOccurrence(alert, detection) } : withRescored(alert, detection)),
    };
    this.remember(key, { alert: folded, latest: detection.id });
    return { alert: folded, change };
  }

  /** Writes back what the notification policy or a person changed, so that later folds keep it. */
  update(alert: Alert): void {
    for (const open of this.open.values()) if (open.alert.id === alert.id) open.alert = alert;
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson([...this.open].map(([key, { alert, latest }]) => [key, alert, latest])));
  }

  restore(snapshot: Uint8Array): void {
    this.open.clear();
    for (const [key, alert, latest] of JSON.parse(new TextDecoder().decode(snapshot)) as [string, Alert, string][]) {
      this.open.set(key, { alert, latest });
    }
  }

  private remember(key: string, open: Open): void {
    this.open.delete(key);
    this.open.set(key, open);
    if (this.open.size <= this.options.capacity) return;
    const oldest = this.open.keys().next().value;
    if (oldest !== undefined) this.open.delete(oldest);
  }
}

/** The alert a detection opens. Its id is a function of tenant and detection: a replay gives it again. */
export function alertOf(tenant: string, detection: Detection, group = groupOf(detection)): Alert {
  return {
    id: stableId('alert', tenant, detection.id),
    tenant,
    state: 'open',
    group,
    detection,
    count: 1,
    lastSeen: Number.isFinite(detection.end) ? detection.end : detection.start,
    notified: false,
  };
}

function has({ occurrences = [] }: Alert, id: string): boolean {
  return occurrences.some(({ detection }) => detection === id);
}

function latest(a: Micros, b: Micros): Micros {
  return Number.isFinite(b) ? Math.max(Number.isFinite(a) ? a : b, b) : a;
}
