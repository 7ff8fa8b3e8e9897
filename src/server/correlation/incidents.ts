import { ExpectedRules, entityId, OWN_ALERTS, ratedAgain, weighed } from '../../alerts/index.ts';
import { type Expectation, type HandledIncident, type Micros, stableId, VedetteError } from '../../core/index.ts';
import type { HandlingChange, IncidentQuery, Page, TenantStore } from '../../store/index.ts';
import { type IncidentOutline, summaryOf } from './summary.ts';

export interface ExpectRequest {
  readonly type: string;
  readonly host: string;
  readonly user?: string;
  readonly reason: string;
  readonly title: string;
}

/** What people do with incidents; the same for the API and for a command that opened the home itself. */
export interface IncidentOperations {
  listIncidents(query: IncidentQuery): Promise<Page<IncidentOutline>>;
  /** INPUT_MISSING when there is none; an unambiguous prefix of an id will do. */
  getIncident(id: string): Promise<HandledIncident>;
  changeIncident(id: string, change: HandlingChange): Promise<HandledIncident>;
  noteIncident(id: string, note: string): Promise<HandledIncident>;
  expectations(what: 'in-force' | 'log'): Promise<readonly Expectation[]>;
  expect(request: ExpectRequest): Promise<Expectation>;
  /** INPUT_MISSING when no such rule is in force; an unambiguous prefix of its id will do. */
  unexpect(id: string): Promise<void>;
}

export interface IncidentOperationsOptions {
  readonly by: string;
  readonly now: () => Micros;
  /** What is expected changed: running pipelines take it up. */
  readonly onExpected?: () => Promise<void>;
}

/** Incidents and entities of the host looked at again when what is expected there changes. */
const MOST_RATED = 1000;

export function incidentOperations(store: TenantStore, options: IncidentOperationsOptions): IncidentOperations {
  const { by, now } = options;
  const resolve = async (id: string): Promise<HandledIncident> => {
    const [first, second] = id.length >= 4 ? await store.incidents.find(id) : [id];
    const exact = first === id || second === undefined ? first : undefined;
    const found = exact === undefined ? undefined : await store.incidents.get(exact);
    if (found !== undefined) return found;
    throw missing('incident', id, second !== undefined, '`vedette incidents list` shows the ids.');
  };
  const append = async (entry: Omit<Expectation, 'sequence' | 'by' | 'at'>): Promise<Expectation> => {
    const appended = await store.expectations.append({ ...entry, by, at: now() });
    await rateAgain(store, entry.host);
    await options.onExpected?.();
    return appended;
  };
  return {
    async listIncidents(query) {
      const page = await store.incidents.list(query);
      return { ...page, items: page.items.map(summaryOf) };
    },
    getIncident: resolve,
    async changeIncident(id, change) {
      const found = await resolve(id);
      await store.incidents.change(found.id, change, by, now());
      return resolve(found.id);
    },
    async noteIncident(id, note) {
      const found = await resolve(id);
      await store.incidents.note(found.id, note, by, now());
      return resolve(found.id);
    },
    expectations: (what) => (what === 'log' ? store.expectations.log() : store.expectations.inForce()),
    expect: ({ type, host, user, reason, title }) =>
      append({
        id: stableId('expected', type, host, ...(user === undefined ? [] : [user])),
        ...{ type, host, reason, title, inForce: true },
        ...(user === undefined ? {} : { user }),
      }),
    async unexpect(id) {
      const rules = (await store.expectations.inForce()).filter((rule) => rule.id.startsWith(id));
      const [rule] = rules;
      if (rule === undefined || rules.length > 1) throw missing('expectation', id, rules.length > 1, 'List those in force.');
      const { sequence: _sequence, by: _by, at: _at, ...entry } = rule;
      await append({ ...entry, inForce: false });
    },
  };
}

/** Kept incidents and the entity of a host under the rules now in force. */
async function rateAgain(store: TenantStore, host: string): Promise<void> {
  const rules = new ExpectedRules(await store.expectations.inForce());
  const incidents = await store.incidents.ofHost(host, MOST_RATED);
  if (incidents.length > 0) await store.incidents.save(incidents.map((incident) => ratedAgain(incident, rules, OWN_ALERTS)));
  const entity = await store.entities.get(entityId(host));
  if (entity !== undefined && entity.evidence.length > 0) await store.entities.save([weighed(entity, rules, entity.at)]);
}

function missing(what: string, id: string, ambiguous: boolean, hint: string): VedetteError {
  const problem = ambiguous ? `begins more than one ${what} id` : `is no ${what}`;
  return new VedetteError('INPUT_MISSING', `${JSON.stringify(id)} ${problem}`, { hint });
}
