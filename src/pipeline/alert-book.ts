import { deserialize, serialize } from 'node:v8';
import { AlertFolder, type Folded, NotificationPolicy } from '../alerts/index.ts';
import { canonicalJson, type Detection, type Micros } from '../core/index.ts';
import type { AlertWrite, OutboxMessage } from '../store/contract.ts';

/** Open patterns remembered per tenant. */
const CAPACITY = 2_000;

/** Detections -> alerts of one tenant, and whom they are sent to. What `take` returns belongs into the next epoch. */
export class AlertBook {
  private readonly folder: AlertFolder;
  private readonly policy: NotificationPolicy;
  private readonly sinks: readonly string[];
  private rows = new Map<string, Uint8Array>();
  private written = new Map<string, AlertWrite>();
  private messages: OutboxMessage[] = [];
  private changed = false;

  constructor(tenant: string, perDay: number, sinks: readonly string[]) {
    this.folder = new AlertFolder(tenant, { capacity: CAPACITY });
    this.policy = new NotificationPolicy({ perDay: Math.max(1, Math.floor(perDay)) });
    this.sinks = sinks;
  }

  add(detection: Detection, row: Uint8Array, now: Micros, notifiable: boolean): Folded {
    this.changed = true;
    const { alert: folded, change } = this.folder.fold(detection);
    const alert = notifiable ? this.policy.decide(folded) : folded;
    if (alert !== folded) {
      this.folder.update(alert);
      const body = canonicalJson(alert);
      for (const sink of this.sinks) this.messages.push({ alertId: alert.id, sink, body, createdAt: now });
    }
    if (alert.detection.id === detection.id || !this.rows.has(alert.id)) this.keepRow(alert.id, row);
    this.written.delete(alert.id);
    this.written.set(alert.id, { alert, row: this.rows.get(alert.id) ?? row });
    return { alert, change };
  }

  /** Alerts written since the last call; the messages that go with them. */
  take(): { alerts: readonly AlertWrite[]; outbox: readonly OutboxMessage[] } {
    const taken = { alerts: [...this.written.values()], outbox: this.messages };
    this.written = new Map();
    this.messages = [];
    return taken;
  }

  get pending(): number {
    return this.written.size;
  }

  private keepRow(id: string, row: Uint8Array): void {
    this.rows.delete(id);
    this.rows.set(id, row);
    if (this.rows.size <= CAPACITY) return;
    const oldest = this.rows.keys().next().value;
    if (oldest !== undefined) this.rows.delete(oldest);
  }

  snapshot(): Readonly<Record<string, Uint8Array>> {
    if (!this.changed) return {};
    this.changed = false;
    return {
      'alerts/folder': this.folder.snapshot(),
      'alerts/notifications': this.policy.snapshot(),
      'alerts/rows': new Uint8Array(serialize([...this.rows])),
    };
  }

  restore(blobs: Readonly<Record<string, Uint8Array>>): void {
    const { 'alerts/folder': folder, 'alerts/notifications': notifications, 'alerts/rows': rows } = blobs;
    if (folder !== undefined) this.folder.restore(folder);
    if (notifications !== undefined) this.policy.restore(notifications);
    if (rows !== undefined) this.rows = new Map(deserialize(rows) as [string, Uint8Array][]);
  }
}
