import { VedetteError } from '../../core/index.ts';
import { expire } from '../../pipeline/index.ts';
import type { StoredDeadLetter } from '../../store/index.ts';
import { templateText } from '../../training/index.ts';
import { audit, type ServerContext, tenantConfig } from '../context.ts';
import { given, type Handlers } from './handler.ts';

type EventRoutes =
  | 'events'
  | 'eventHistogram'
  | 'templates'
  | 'hosts'
  | 'deadLetters'
  | 'retryDeadLetters'
  | 'retention'
  | 'applyRetention';

const SHOWN_BYTES = 2_000;

export function eventHandlers(context: ServerContext): Handlers<EventRoutes> {
  return {
    events: async ({ store, query }) => store.events.query(given(query)),
    async eventHistogram({ store, query }) {
      const { bins, ...filter } = query;
      return store.events.histogram(given(filter), bins);
    },
    hosts: async ({ store, query }) => ({ items: await store.events.hosts(given(query)) }),
    async templates({ store, query: { bins, ...filter } }) {
      const found = await store.events.templates(given(filter), bins);
      return {
        items: found.map(({ template, parameters, ...rest }) => ({ ...rest, id: template, text: templateText(rest.example, parameters) })),
      };
    },
    async deadLetters({ store, query }) {
      const page = await store.deadLetters.list(given(query));
      return { ...page, items: page.items.map(letterBody), counts: await store.deadLetters.counts() };
    },
    async retryDeadLetters({ store, params, body, principal }) {
      const pipeline = context.pipeline();
      if (pipeline === undefined || tenantConfig(context, params.tenant) === undefined)
        throw new VedetteError('USAGE', `${params.tenant} does not run`, { hint: 'Retry once it is up.' });
      const ids = [...new Set(body.ids)];
      const letters = await store.deadLetters.get(ids);
      const failed = new Set(await pipeline.retry(params.tenant, letters));
      // What fails again is kept under the same id.
      await store.deadLetters.take(letters.map(({ id }) => id).filter((id) => !failed.has(id)));
      await audit(context, principal, 'dead letters retried', `${letters.length} records`, `${failed.size} failed again`, store);
      return {
        retried: letters.length,
        parsed: letters.length - failed.size,
        failedAgain: failed.size,
        missing: ids.length - letters.length,
      };
    },
    async retention({ store, params }) {
      const { maxAge, maxBytes, alertAge } = tenantConfig(context, params.tenant)?.retention ?? {
        maxAge: null,
        maxBytes: null,
        alertAge: null,
      };
      return { maxAge, maxBytes, alertAge, bytes: await store.events.size() };
    },
    async applyRetention({ store, params, principal }) {
      const retention = tenantConfig(context, params.tenant)?.retention;
      if (retention === undefined)
        throw new VedetteError('USAGE', `${params.tenant} is not configured`, { hint: 'Add it to the configuration with its retention.' });
      const removed = await expire(store, retention, context.now());
      const { removedFiles, removedAlerts } = removed;
      await audit(context, principal, 'retention applied', params.tenant, `${removedFiles} files, ${removedAlerts} alerts`, store);
      return removed;
    },
  };
}

function letterBody({ bytes, ...letter }: StoredDeadLetter) {
  return { ...letter, bytes: bytes.length, text: new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES)) };
}
