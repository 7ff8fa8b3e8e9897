import type { HandledIncident } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';
import type { Principal } from '../access/principal.ts';
import type { IncidentBody, IncidentSummary } from '../api/schema/incidents.ts';
import { audit, type ServerContext } from '../context.ts';
import { entityOperations } from '../correlation/entities.ts';
import { incidentOperations } from '../correlation/incidents.ts';
import { ratedEntities } from '../correlation/rated-entities.ts';
import { summaryOf } from '../correlation/summary.ts';
import { type Answer, given, type Handlers } from './handler.ts';
import { tenantPlaces } from './places.ts';

type IncidentRoutes =
  | 'incidents'
  | 'incident'
  | 'changeIncident'
  | 'noteIncident'
  | 'expectations'
  | 'expect'
  | 'unexpect'
  | 'entities'
  | 'entity';

const summary = (incident: HandledIncident): IncidentSummary => summaryOf(incident) as unknown as IncidentSummary;
const body = (incident: HandledIncident): IncidentBody => incident as unknown as IncidentBody;

export function incidentHandlers(context: ServerContext): Handlers<IncidentRoutes> {
  const operations = (store: TenantStore, { name }: Pick<Principal, 'name'>) =>
    incidentOperations(store, { by: name, now: context.now, onExpected: async () => context.pipeline()?.applyLabels() });
  const entities = async (store: TenantStore) => entityOperations(store, context.now, await tenantPlaces(context, store.id));
  const told = (store: TenantStore, incident: HandledIncident): IncidentBody => {
    context.hub.send(store.id, 'incident', summary(incident));
    return body(incident);
  };
  return {
    async incidents({ store, query, principal }) {
      return (await operations(store, principal).listIncidents(given(query))) as unknown as Answer<'incidents'>;
    },
    incident: async ({ store, params, principal }) => body(await operations(store, principal).getIncident(params.id)),
    async changeIncident({ store, params, body: change, principal }) {
      const changed = await operations(store, principal).changeIncident(params.id, given(change));
      await audit(context, principal, 'incident changed', changed.id, JSON.stringify(change), store);
      return told(store, changed);
    },
    async noteIncident({ store, params, body: { note }, principal }) {
      const changed = await operations(store, principal).noteIncident(params.id, note);
      await audit(context, principal, 'note on incident', changed.id, note, store);
      return told(store, changed);
    },
    expectations: async ({ store, query, principal }) => ({ items: await operations(store, principal).expectations(query.what) }),
    async expect({ store, body: { user, ...request }, principal }) {
      const entry = await operations(store, principal).expect({ ...request, ...(user === undefined ? {} : { user }) });
      await audit(context, principal, 'expected', entry.id, `${entry.type} on ${entry.host}: ${entry.reason}`, store);
      ratedEntities(store).forget();
      context.hub.send(store.id, 'changed', { ids: [], by: principal.name });
      return entry;
    },
    async unexpect({ store, params, principal }) {
      await operations(store, principal).unexpect(params.id);
      await audit(context, principal, 'expectation taken back', params.id, '', store);
      ratedEntities(store).forget();
      context.hub.send(store.id, 'changed', { ids: [], by: principal.name });
      return { status: 'ok' };
    },
    entities: async ({ store, query }) => (await entities(store)).listEntities(given(query)),
    async entity({ store, params }) {
      const found = await (await entities(store)).getEntity(params.id);
      return { ...found, incidents: found.incidents.map(summary) } as unknown as Answer<'entity'>;
    },
  };
}
