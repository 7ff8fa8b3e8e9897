import { stableId } from '../../core/index.ts';
import type { ServerUnderTest } from './server-under-test.ts';

/** What everything of tenant `b` carries in the tests that nothing of it gets out. */
export const MARK = 'SECRET-OF-B';
export const RULE = '0123456789abcdef';
export const JOB = '0123456789abcdef0123456789abcdef';

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** With parameters of tenant `b` filled in. */
  readonly inB: string;
  readonly access: string;
  readonly tenant: boolean;
  readonly upload: boolean;
  /** One that gets past checking, so that a missing guard would show; undefined where there is none. */
  readonly body: unknown;
}

const VALUES: Record<string, string> = { name: `report-${MARK}`, format: 'html', version: '1', id: 'b-alert' };

/** Where the same parameter means something else. */
const OWN: Record<string, Record<string, string>> = {
  '/bulk/': { change: '1' },
  '/uploads/': { id: '0123456789abcdef01234567' },
  '/jobs/': { id: JOB },
  '/series/': { id: stableId('series', MARK, MARK, MARK) },
  '/suppressions/': { id: RULE },
  '/models/': { name: 'secret-model' },
  '/export/': { format: 'json' },
};

/** What a reader must say besides the path. */
const QUERIES: Record<string, string> = {
  '/api/v1/tenants/{tenant}/stored-files': '?kind=flow',
  '/api/v1/tenants/{tenant}/model-comparison': '?models=secret-model@1,secret-model@1',
};

/** Every operation of the server's OpenAPI document. */
export async function operationsOf(under: ServerUnderTest): Promise<readonly Operation[]> {
  const { paths } = (await under.nobody.call('GET', 'openapi.json')).json<{
    paths: Record<string, Record<string, { description?: string }>>;
  }>();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description = '' }]) => {
      const values = { ...VALUES, ...Object.entries(OWN).find(([part]) => path.includes(part))?.[1] };
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
        key === 'tenant' ? 'TENANT' : encodeURIComponent(values[key] ?? 'x'),
      );
      const access = /Access: ([^.]*)\./.exec(description)?.[1] ?? 'none stated';
      return {
        method: method.toUpperCase(),
        path,
        inB: `${filled.replace('TENANT', 'b')}${QUERIES[path] ?? ''}`,
        access,
        tenant: path.includes('{tenant}'),
        upload: description.includes('Multipart body'),
        body: method === 'get' || method === 'delete' ? undefined : (BODIES[path] ?? {}),
      };
    }),
  );
}

/** A body that gets past checking, so that a missing guard would show. */
const BODIES: Record<string, unknown> = {
  '/api/v1/tenants': { id: 'mallory' },
  '/api/v1/users': { name: 'mallory', password: 'long enough password' },
  '/api/v1/tenants/{tenant}/alerts': { alerts: [] },
  '/api/v1/tenants/{tenant}/alerts/bulk': { ids: ['b-alert'], state: 'closed' },
  '/api/v1/tenants/{tenant}/alerts/{id}/label': { verdict: 'benign' },
  '/api/v1/tenants/{tenant}/alerts/{id}/state': { state: 'closed' },
  '/api/v1/tenants/{tenant}/alerts/{id}': { state: 'closed', assignee: 'mallory' },
  '/api/v1/tenants/{tenant}/alerts/{id}/notes': { note: 'x' },
  '/api/v1/tenants/{tenant}/incidents/{id}/notes': { note: 'x' },
  '/api/v1/tenants/{tenant}/expectations': { type: 'x', host: 'x' },
  '/api/v1/tenants/{tenant}/dead-letters/retry': { ids: [1] },
  '/api/v1/tenants/{tenant}/jobs/train': { detector: 'sequence', data: { source: 'auth' } },
  '/api/v1/tenants/{tenant}/jobs/evaluate': { model: 'secret-model', data: { source: 'auth' } },
  '/api/v1/tenants/{tenant}/jobs/score': { model: 'secret-model', data: { source: 'auth' } },
  '/api/v1/tenants/{tenant}/jobs/backtest': { detector: 'sequence', source: 'auth' },
  '/api/v1/tenants/{tenant}/suppressions': { match: { entity: 'x' }, reason: 'x' },
  '/api/v1/tenants/{tenant}/features/preview': { name: 'source-fan-out' },
  '/api/v1/tenants/{tenant}/suppressions/preview': { match: { entity: 'x' }, reason: 'x' },
  '/api/v1/tenants/{tenant}/suppressions/{id}': { match: { entity: 'x' }, reason: 'x' },
  '/api/v1/tenants/{tenant}/sinks/test': { sink: { type: 'file', path: '/nowhere' } },
  '/api/v1/tenants/{tenant}/sources/preview': { source: { type: 'file', path: '/nowhere' } },
  '/api/v1/tenants/{tenant}/detectors/validate': { detector: { type: 'sequence' } },
  '/api/v1/tenants/{tenant}/detectors/{source}/{detector}': { state: 'stopped' },
  '/api/v1/tenants/{tenant}/settings': { alertBudget: 1 },
  '/api/v1/tenants/{tenant}/sources': { source: { type: 'file', name: 'x' } },
  '/api/v1/tenants/{tenant}/sinks': { sink: { type: 'file', name: 'x' } },
  '/api/v1/tenants/{tenant}/detectors/{source}/{detector}/model': { model: 'x' },
  '/api/v1/tenants/{tenant}/tokens': { name: 'x', scopes: ['alerts:read'] },
  '/api/v1/session/password': { current: 'x', password: 'long enough password' },
};
