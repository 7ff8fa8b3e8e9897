import { type RouteDefinition, read, T } from '../route.ts';
import { tenantParams } from '../schema/common.ts';
import * as flows from '../schema/flows.ts';

export const FLOW_ROUTES = {
  flows: {
    method: 'GET',
    path: `${T}/flows`,
    tag: 'flows',
    summary: 'Search flows, newest first',
    access: read('events:read'),
    params: tenantParams,
    query: flows.flowQuery,
    response: flows.flowPage,
  },
  predictions: {
    method: 'GET',
    path: `${T}/flows/predictions`,
    tag: 'flows',
    summary: 'What models said of flows as they came, newest first',
    access: read('events:read'),
    params: tenantParams,
    query: flows.predictionQuery,
    response: flows.predictionPage,
  },
  talkers: {
    method: 'GET',
    path: `${T}/flows/talkers`,
    tag: 'flows',
    summary: 'Who exchanged most bytes',
    access: read('events:read'),
    params: tenantParams,
    query: flows.talkersQuery,
    response: flows.talkersList,
  },
  flowVolume: {
    method: 'GET',
    path: `${T}/flows/volume`,
    tag: 'flows',
    summary: 'Bytes and flows over time',
    access: read('events:read'),
    params: tenantParams,
    query: flows.volumeQuery,
    response: flows.volumeSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
