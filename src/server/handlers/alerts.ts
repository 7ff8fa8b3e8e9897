import { type Alert, onePerAlert, VedetteError, type Verdict } from '../../core/index.ts';
import type { ReportEntry, TenantStore, WhichAlerts } from '../../store/index.ts';
import type { Principal } from '../access/principal.ts';
import { resolveAlert } from '../alert-id.ts';
import type { AlertBody } from '../api/schema/alerts.ts';
import { audit, type ServerContext } from '../context.ts';
import { ratedEntities } from '../correlation/rated-entities.ts';
import { summaryOf } from '../correlation/summary.ts';
import { localOperations } from '../operations.ts';
import { decodeWrites } from '../wire.ts';
import { given, type Handlers, missing } from './handler.ts';
import { withTactic } from './tactics.ts';

type AlertRoutes =
  | 'alerts'
  | 'alert'
  | 'saveAlerts'
  | 'analysis'
  | 'bulk'
  | 'undoBulk'
  | 'label'
  | 'unlabel'
  | 'setState'
  | 'changeAlert'
  | 'noteAlert'
  | 'groups'
  | 'alertLanes'
  | 'labels'
  | 'labelLog';

const body = (alert: Alert): AlertBody => alert as unknown as AlertBody;

export function alertHandlers(context: ServerContext): Handlers<AlertRoutes> {
  const operations = (tenant: string, by: Principal) =>
    localOperations(context.home, tenant, {
      ...{ by: by.name, now: context.now, program: context.program, ownsHome: false },
      onIncidents: (incidents) => {
        for (const incident of incidents) context.hub.send(tenant, 'incident', summaryOf(incident));
      },
    });

  /** Everybody who looks learns of it; running detectors take up labels. */
  const changed = async (store: TenantStore, ids: readonly string[], by: Principal, labelled: boolean) => {
    context.sampler.alertsChanged(store.id);
    ratedEntities(store).forget();
    context.hub.send(store.id, 'changed', { ids, by: by.name });
    if (labelled) await context.pipeline()?.applyLabels();
  };

  const label = async (store: TenantStore, id: string, verdict: Verdict | undefined, note: string, by: Principal) => {
    const alert = await resolveAlert(store, id);
    const entry = await store.labels.append({ alertId: alert.id, verdict, note, by: by.name, at: context.now() });
    await audit(context, by, verdict === undefined ? 'label taken back' : 'labelled', alert.id, verdict ?? '', store);
    await changed(store, [alert.id], by, true);
    return entry;
  };

  return {
    async alerts({ store, query }) {
      const page = await store.alerts.list(await withTactic(store, given(query)));
      return { ...page, items: page.items.map(body) };
    },
    alert: async ({ store, params }) => body(await resolveAlert(store, params.id)),
    async saveAlerts({ params, body: { alerts, report, analyses }, principal }) {
      if (alerts.some(({ alert }) => alert.tenant !== params.tenant))
        throw new VedetteError('USAGE', 'an alert of another tenant', { hint: `Send alerts of ${params.tenant} only.` });
      await (await operations(params.tenant, principal)).saveAlerts(decodeWrites(alerts), report as ReportEntry | undefined, analyses);
      context.sampler.alertsChanged(params.tenant);
      for (const { alert } of alerts) context.hub.send(params.tenant, 'alert', alert);
      return { saved: alerts.length };
    },
    async analysis({ params, principal }) {
      const known = /^[0-9a-f]{16}$/.test(params.id);
      const found = known ? await (await operations(params.tenant, principal)).analysis(params.id) : undefined;
      return found === undefined ? {} : { analysis: { ...found } };
    },
    async bulk({ store, body: { ids, where, state, assignee, verdict, note }, principal }) {
      const which = where === undefined ? { ids: ids ?? [] } : { query: await withTactic(store, given(where)) };
      const change = given({ state, assignee, verdict, ...(verdict === undefined ? {} : { note }) });
      const { changed: count, missing: absent, change: undo } = await store.alerts.changeMany(which, change, principal.name, context.now());
      const assigned = assignee === null ? 'assigned to nobody' : assignee && `assigned to ${assignee}`;
      const what = [state, assigned, verdict === null ? 'label taken back' : verdict].filter((part) => part !== undefined).join(' ');
      await audit(context, principal, 'alerts changed', many(count), `${what}: ${told(which)}`, store);
      if (count > 0) await changed(store, ids ?? [], principal, verdict !== undefined);
      return { changed: count, missing: absent, undo: undo ?? null };
    },
    async undoBulk({ store, params, principal }) {
      const restored = await store.alerts.undoChange(Number(params.change), principal.name, context.now());
      if (restored === undefined) throw missing('change');
      await audit(context, principal, 'alerts changed back', many(restored), `change ${params.change}`, store);
      await changed(store, [], principal, true);
      return { changed: restored };
    },
    label: async ({ store, params, body: { verdict, note }, principal }) => label(store, params.id, verdict, note, principal),
    unlabel: async ({ store, params, query, principal }) => label(store, params.id, undefined, query.note, principal),
    async setState({ store, params, body: { state }, principal }) {
      const { id } = await resolveAlert(store, params.id);
      await store.alerts.setState(id, state, principal.name, context.now());
      await audit(context, principal, 'state set', id, state, store);
      await changed(store, [id], principal, false);
      return { status: 'ok' };
    },
    async changeAlert({ store, params, body: change, principal }) {
      const { id } = await resolveAlert(store, params.id);
      await store.alerts.change(id, given(change), principal.name, context.now());
      await audit(context, principal, 'alert changed', id, JSON.stringify(change), store);
      await changed(store, [id], principal, false);
      return body(await resolveAlert(store, id));
    },
    async noteAlert({ store, params, body: { note }, principal }) {
      const { id } = await resolveAlert(store, params.id);
      await store.alerts.note(id, note, principal.name, context.now());
      await audit(context, principal, 'note on alert', id, note, store);
      await changed(store, [id], principal, false);
      return body(await resolveAlert(store, id));
    },
    groups: async ({ store, query }) => store.alerts.groups(await withTactic(store, given(query))),
    async alertLanes({ store, query: { lanes, by, bins, ...filter } }) {
      return store.alerts.lanes({ ...(await withTactic(store, given(filter))), by, bins, limit: lanes });
    },
    async labels({ store, query, principal }) {
      const inForce = await store.labels.inForce(query.detector);
      if (principal.by === 'control')
        return { items: inForce.map(({ row, ...label }) => ({ ...label, row: Buffer.from(row).toString('base64') })) };
      return { items: onePerAlert(inForce).map(({ row: _row, ...label }) => label) };
    },
    labelLog: async ({ store, query }) => ({ items: await store.labels.log(query.alert) }),
  };
}

/** Ids that are told one by one. */
const MOST_TOLD = 10;

const many = (count: number): string => `${count} ${count === 1 ? 'alert' : 'alerts'}`;

/** Which alerts were meant, in a few words. */
function told(which: WhichAlerts): string {
  if ('query' in which)
    return Object.entries(which.query)
      .map(([field, value]) => `${field} ${String(value)}`)
      .join(', ');
  const more = which.ids.length - MOST_TOLD;
  return `${which.ids.slice(0, MOST_TOLD).join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
}
