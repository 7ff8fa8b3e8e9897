import type { RouteName } from '../api/contract.ts';
import type { ServerContext } from '../context.ts';
import { openStream } from '../live/stream.ts';
import { alertHandlers } from './alerts.ts';
import { eventHandlers } from './events.ts';
import { exportAlert, exportIncident } from './exports.ts';
import { featureHandlers } from './features.ts';
import { feedbackHandlers } from './feedback.ts';
import { flowHandlers } from './flows.ts';
import type { Handler, RawHandler } from './handler.ts';
import { incidentHandlers } from './incidents.ts';
import { downloadScores, jobHandlers } from './jobs.ts';
import { modelHandlers } from './models.ts';
import { beginOidc, finishOidc, providerHandlers } from './oidc.ts';
import { downloadReport, receiveUpload, reportHandlers } from './reports.ts';
import { ruleHandlers } from './rules.ts';
import { seriesHandlers } from './series.ts';
import { sessionHandlers } from './session.ts';
import { settingsHandlers } from './settings.ts';
import { statusHandlers } from './status.ts';
import { tenantHandlers } from './tenants.ts';
import { userHandlers } from './users.ts';

export type AllHandlers = { readonly [N in RouteName]: Handler<N> | RawHandler<N> };

export function allHandlers(context: ServerContext, stillAllowed: Parameters<typeof openStream>[4]): AllHandlers {
  return {
    ...sessionHandlers(context),
    ...providerHandlers(context),
    beginOidc: beginOidc(context),
    finishOidc: finishOidc(context),
    ...tenantHandlers(context),
    ...userHandlers(context),
    ...statusHandlers(context),
    ...alertHandlers(context),
    ...feedbackHandlers(context),
    ...incidentHandlers(context),
    ...modelHandlers(context),
    ...jobHandlers(context),
    jobScores: downloadScores(context),
    ...eventHandlers(context),
    ...flowHandlers(),
    ...featureHandlers(context),
    ...ruleHandlers(context),
    ...settingsHandlers(context),
    ...reportHandlers(context),
    ...seriesHandlers(context),
    report: downloadReport(),
    exportAlert: exportAlert(context),
    exportIncident: exportIncident(context),
    upload: receiveUpload(context),
    stream: (async ({ params, request, reply }) => {
      openStream(context.hub, params.tenant, request, reply, stillAllowed);
      return reply;
    }) satisfies RawHandler<'stream'>,
  };
}
