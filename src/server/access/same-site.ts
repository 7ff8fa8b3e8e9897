import type { IncomingHttpHeaders } from 'node:http';
import { REQUEST_HEADER } from '../api/contract.ts';

/**
 * Whether a changing request comes from our own page: the custom header (which another site's form cannot set, and its script only
 * after a preflight that is never granted), and what the browser says of its origin. The cookie is SameSite=Strict besides.
 */
export function fromOwnPage(headers: IncomingHttpHeaders): boolean {
  if (headers[REQUEST_HEADER] !== '1') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
