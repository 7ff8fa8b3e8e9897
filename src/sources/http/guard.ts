import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { Refused } from './body.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;
/** What a web page may send anywhere without the browser asking first. */
const FORMS = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i;
const TOKEN = 'give the source a token (`token:` in the configuration) and send it as Authorization: Bearer TOKEN';

/** Whether an address to listen on, or a `Host` without its port, is of this machine only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.replace(/^\[(.*)\]$/, '$1'));
}

/** How a source without a token is reached. */
export interface Openness {
  /** The configured address to listen on. */
  readonly host: string;
  /** Over TLS a name that leads here by deceit has no certificate for it. */
  readonly tls: boolean;
}

/**
 * Refuses what a web page could send to a source without a token: 403 for a request that names the page it comes from or a host that is
 * not this one (a name of the page's own that leads here), 415 for the content types of forms.
 */
export function refuseBrowsers(headers: IncomingHttpHeaders, localAddress: string | undefined, { host, tls }: Openness): void {
  if (headers.origin !== undefined)
    throw new Refused(403, `a web page (Origin ${shown(headers.origin)}) may not send records to a source without a token; ${TOKEN}`);
  const named = hostOf(headers.host ?? '');
  const own = isLoopback(named) || [host, localAddress?.replace(/^::ffff:/, '')].some((one) => one?.toLowerCase() === named);
  if (!tls && !own)
    throw new Refused(
      403,
      `without a token, only requests for localhost or the address listened on are taken, not for Host ${shown(named)}; ${TOKEN}`,
    );
  const type = headers['content-type'] ?? '';
  if (FORMS.test(type))
    throw new Refused(
      415,
      `content type ${shown(type)} is what a web page's form sends (and curl -d by itself); send application/json, application/x-ndjson or text/plain (curl -H 'content-type: application/json'), or ${TOKEN}`,
    );
}

/** A `Host` in lower case, without its port and brackets. */
function hostOf(header: string): string {
  const bare = header.trim().toLowerCase();
  const inner = /^\[([^\]]*)\](:\d*)?$/.exec(bare)?.[1];
  if (inner !== undefined) return inner;
  return isIP(bare) === 6 ? bare : bare.replace(/:\d*$/, '');
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
