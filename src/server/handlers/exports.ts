import type { FastifyReply } from 'fastify';
import { resolveAlert } from '../alert-id.ts';
import type { ServerContext } from '../context.ts';
import { incidentOperations } from '../correlation/incidents.ts';
import { exportedAlert, exportedIncident } from '../exports/export.ts';
import type { RawHandler } from './handler.ts';

const TYPES: Readonly<Record<string, string>> = { pdf: 'application/pdf', stix: 'application/stix+json; version=2.1; charset=utf-8' };
const ENDINGS: Readonly<Record<string, string>> = { pdf: 'pdf', json: 'json' };

export function exportAlert(context: ServerContext): RawHandler<'exportAlert'> {
  return async ({ params: { id, format }, store, reply }) => {
    const alert = await resolveAlert(store, id);
    return send(reply, `alert-${alert.id}`, format, await exportedAlert(store, alert, format, context.config.tenants[store.id]));
  };
}

export function exportIncident(context: ServerContext): RawHandler<'exportIncident'> {
  return async ({ params: { id, format }, store, principal, reply }) => {
    const incident = await incidentOperations(store, { by: principal.name, now: context.now }).getIncident(id);
    return send(reply, `incident-${incident.id}`, format, await exportedIncident(store, incident, format, context.program));
  };
}

/** Ids come from callers of the API too: only harmless characters reach the file name. */
function send(reply: FastifyReply, name: string, format: string, content: Buffer): FastifyReply {
  const file = `${name.replaceAll(/[^A-Za-z0-9-]/g, '_')}.${ENDINGS[format] ?? `${format}.json`}`;
  return reply
    .header('content-disposition', `attachment; filename="${file}"`)
    .header('content-security-policy', "default-src 'none'; sandbox")
    .type(TYPES[format] ?? 'application/json; charset=utf-8')
    .send(content);
}
