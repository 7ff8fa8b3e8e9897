import { VedetteError } from '../core/index.ts';
import type { Home } from '../store/index.ts';
import { newAdminLink } from './access/sign-in.ts';
import type { ControlFile } from './control-file.ts';

export interface AdminLink {
  /** To be opened behind the server's address: `/welcome#TOKEN`. */
  readonly path: string;
  /** Microseconds. */
  readonly expiresAt: number;
}

/** For whoever may read the home: a link that makes an administrator, or takes back a lost account. By an opened home. */
export function localAdminLink(home: Home, now: number): Promise<AdminLink> {
  return newAdminLink(home.users, now);
}

/** The same by the process that owns the home. */
export function remoteAdminLink(control: ControlFile): Promise<AdminLink> {
  return post(control, '/api/v1/admin-link');
}

/** A folder with a consistent copy of the home, or of one tenant in it, made by the process that owns it. */
export async function remoteSnapshot(control: ControlFile, tenant?: string): Promise<string> {
  const one = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
  return (await post<{ folder: string }>(control, `/api/v1/snapshot${one}`)).folder;
}

async function post<T>(control: ControlFile, path: string): Promise<T> {
  const response = await fetch(`${control.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${control.token}` },
    redirect: 'error',
  });
  if (response.ok) return (await response.json()) as T;
  throw new VedetteError('HOME_LOCKED', `the process ${control.pid} that owns the home answered ${response.status}`, {
    hint: 'Stop that process, then run the command again.',
  });
}
