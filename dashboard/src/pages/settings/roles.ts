import type { Role } from '../../../../src/server/api/contract.ts';

export const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'viewer', label: 'viewer: looks' },
  { value: 'analyst', label: 'analyst: labels, uploads' },
  { value: 'engineer', label: 'engineer: models, pipeline' },
  { value: 'admin', label: 'admin: everything of the tenant' },
];
