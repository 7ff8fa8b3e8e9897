import { type RouteDefinition, read, T } from '../route.ts';
import { tenantParams } from '../schema/common.ts';
import { storedFilesList, storedFilesQuery } from '../schema/data.ts';
import * as features from '../schema/features.ts';

export const FEATURE_ROUTES = {
  features: {
    method: 'GET',
    path: `${T}/features`,
    tag: 'features',
    summary: 'Declared features, the tenant’s own and those that came with the program',
    access: read('events:read'),
    params: tenantParams,
    response: features.featuresList,
  },
  previewFeature: {
    method: 'POST',
    path: `${T}/features/preview`,
    tag: 'features',
    summary: 'Windows of a feature over the stored events, computed by SQL',
    access: read('events:read'),
    params: tenantParams,
    body: features.featurePreviewBody,
    response: features.featurePreviewSchema,
  },
  storedFiles: {
    method: 'GET',
    path: `${T}/stored-files`,
    tag: 'features',
    summary: 'Files of stored events on this machine, for a command that learns from them',
    access: 'control',
    params: tenantParams,
    query: storedFilesQuery,
    response: storedFilesList,
  },
} as const satisfies Record<string, RouteDefinition>;
