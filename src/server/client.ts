import type { Expectation, LabelEntry } from '../core/index.ts';
import { ERROR_CODES, type ErrorCode, VedetteError } from '../core/index.ts';
import type { ControlFile } from './control-file.ts';
import type { AnalysisRecord, Operations } from './operations.ts';
import { encodeWrites } from './wire.ts';

interface WireError {
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** Operations through the control API of the process that owns the home. */
export function remoteOperations(control: ControlFile, tenant: string): Operations {
  const base = `${control.address}/api/v1/tenants/${encodeURIComponent(tenant)}`;

  async function ask(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${control.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new VedetteError('HOME_LOCKED', `the process ${control.pid} that owns the home does not answer at ${control.address}`, {
        hint: 'Stop that process, or wait until it is up, then run the command again.',
        cause,
      });
    });
    if (response.ok) return response;
    const { error: known } = (await response.json()) as WireError;
    const code = known !== undefined && known.code in ERROR_CODES ? (known.code as ErrorCode) : 'INTERNAL';
    throw new VedetteError(
      code,
      known?.message ?? `the control API answered ${response.status}`,
      known?.hint === undefined ? {} : { hint: known.hint },
    );
  }

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => (await (await ask(method, path, body)).json()) as T;
  const download = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await ask('GET', path)).arrayBuffer());

  return {
    listAlerts(query) {
      return call('GET', `/alerts?${searchOf(query)}`);
    },
    getAlert: (id) => call('GET', `/alerts/${encodeURIComponent(id)}`),
    exportAlert: (id, format) => download(`/alerts/${encodeURIComponent(id)}/export/${format}`),
    exportIncident: (id, format) => download(`/incidents/${encodeURIComponent(id)}/export/${format}`),
    async saveAlerts(alerts, report, analyses) {
      await call('POST', '/alerts', {
        alerts: encodeWrites(alerts),
        ...(report === undefined ? {} : { report }),
        ...(analyses === undefined ? {} : { analyses }),
      });
    },
    analysis: async (id) => (await call<{ analysis?: AnalysisRecord }>('GET', `/analyses/${encodeURIComponent(id)}`)).analysis,
    label: (id, verdict, note) =>
      verdict === undefined
        ? call<LabelEntry>('DELETE', `/alerts/${encodeURIComponent(id)}/label?note=${encodeURIComponent(note)}`)
        : call<LabelEntry>('PUT', `/alerts/${encodeURIComponent(id)}/label`, { verdict, note }),
    changeAlert: (id, change) => call('PATCH', `/alerts/${encodeURIComponent(id)}`, change),
    noteAlert: (id, note) => call('POST', `/alerts/${encodeURIComponent(id)}/notes`, { note }),
    async labels(detector) {
      const { items } = await call<{ items: (Omit<Awaited<ReturnType<Operations['labels']>>[number], 'row'> & { row: string })[] }>(
        'GET',
        `/labels?detector=${encodeURIComponent(detector)}`,
      );
      return items.map((item) => ({ ...item, row: new Uint8Array(Buffer.from(item.row, 'base64')) }));
    },
    reports: async () => (await call<{ items: Awaited<ReturnType<Operations['reports']>> }>('GET', '/reports')).items,
    stored: (query) => call('GET', `/stored-files?${searchOf(query)}`),
    incidents: {
      listIncidents: (query) => call('GET', `/incidents?${searchOf(query)}`),
      getIncident: (id) => call('GET', `/incidents/${encodeURIComponent(id)}`),
      changeIncident: (id, change) => call('PATCH', `/incidents/${encodeURIComponent(id)}`, change),
      noteIncident: (id, note) => call('POST', `/incidents/${encodeURIComponent(id)}/notes`, { note }),
      expectations: async (what) => (await call<{ items: Expectation[] }>('GET', `/expectations?what=${what}`)).items,
      expect: (request) => call('POST', '/expectations', request),
      async unexpect(id) {
        await call('DELETE', `/expectations/${encodeURIComponent(id)}`);
      },
    },
    entities: {
      listEntities: (query) => call('GET', `/entities?${searchOf(query)}`),
      getEntity: (id) => call('GET', `/entities/${encodeURIComponent(id)}`),
    },
    status: () => call('GET', '/status'),
    async close() {},
  };
}

function searchOf(query: object): URLSearchParams {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search;
}
