import { deserialize, serialize } from 'node:v8';
import { AlertFolder, type Folded, NotificationPolicy, type SuppressionRule, Suppressor } from '../alerts/index.ts';
import type { SinkConfig } from '../config/index.ts';
import { type Alert, canonicalJson, type Detection, type Micros, withRow } from '../core/index.ts';
import type { AlertWrite, OutboxMessage } from '../store/contract.ts';
import { sinksFor } from './routing.ts';

/** Open patterns remembered per tenant. */
const CAPACITY = 2_000;

/** Detections -> alerts of one tenant, and whom they are sent to. What `take` returns belongs into the next epoch. */
export class AlertBook {
  private readonly folder: AlertFolder;
  private policy: NotificationPolicy;
  private sinks: readonly SinkConfig[];
  private readonly suppressor = new Suppressor();
  private rows = new Map<string, Uint8Array>();
  private written = new Map<string, AlertWrite>();
  private messages: OutboxMessage[] = [];
  private changed = false;

  constructor(tenant: string, perDay: number, sinks: readonly SinkConfig[]) {
    this.folder = new AlertFolder(tenant, { capacity: CAPACITY });
    this.policy = policyOf(perDay);
    this.sinks = sinks;
  }

  /** Tells by another budget, and to others, from now on. */
  configure(perDay: number, sinks: readonly SinkConfig[]): void {
    const policy = policyOf(perDay);
    policy.restore(this.policy.snapshot());
    this.policy = policy;
    this.sinks = sinks;
  }

  add(detection: Detection, row: Uint8Array, now: Micros, notifiable: boolean): Folded {
    this.changed = true;
    const folded = this.folder.fold(detection);
    const judged = this.suppress(folded);
    const alert = notifiable && judged.suppressedBy === undefined ? this.policy.decide(judged) : judged;
    if (alert !== folded.alert) this.folder.update(alert);
    if (alert.notified && !folded.alert.notified) {
      const body = canonicalJson(alert);
      for (const sink of sinksFor(alert, this.sinks)) this.messages.push({ alertId: alert.id, sink, body, createdAt: now });
    }
    this.keepRow(alert.id, row, alert.detection.id === detection.id);
    this.written.delete(alert.id);
    this.written.set(alert.id, { alert, row: this.rows.get(alert.id) ?? row });
    return { alert, change: folded.change };
  }

  /** Rules in force from now on. */
  applyRules(rules: readonly SuppressionRule[]): void {
    this.suppressor.use(rules);
  }

  /** Closed by the rule that suppresses it; open again when units of it come that no rule covers any more. */
  private suppress({ alert, change }: Folded): Alert {
    const rule = this.suppressor.decide(alert);
    const { suppressedBy, ...rest } = alert;
    if (rule === undefined) return suppressedBy === undefined ? alert : { ...rest, state: 'open' };
    if (suppressedBy !== undefined || change !== 'new') return alert;
    return { ...alert, state: 'closed', suppressedBy: rule.id };
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

  /** A label is of all units: the rows of several, the worst one's first. */
  private keepRow(id: string, row: Uint8Array, worst: boolean): void {
    const rows = withRow(this.rows.get(id), row, worst);
    this.rows.delete(id);
    this.rows.set(id, rows);
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
      'alerts/suppressor': this.suppressor.snapshot(),
      'alerts/rows': new Uint8Array(serialize([...this.rows])),
    };
  }

  restore(blobs: Readonly<Record<string, Uint8Array>>): void {
    const { 'alerts/folder': folder, 'alerts/notifications': notifications, 'alerts/rows': rows } = blobs;
    if (folder !== undefined) this.folder.restore(folder);
    const suppressor = blobs['alerts/suppressor'];
    if (suppressor !== undefined) this.suppressor.restore(suppressor);
    if (notifications !== undefined) this.policy.restore(notifications);
    if (rows !== undefined) this.rows = new Map(deserialize(rows) as [string, Uint8Array][]);
  }
}

function policyOf(perDay: number): NotificationPolicy {
  return new NotificationPolicy({ perDay: Math.max(1, Math.floor(perDay)) });
}
