import { decodeUtf8 } from '../../../core/index.ts';
import { isProgram } from './program.ts';
import type { Session } from './sessions.ts';
import { SIGNATURES, type SignatureMatch, shownText } from './signature.ts';

const MOST_HEADER_BYTES = 8192;
const END = '\r\n\r\n';
/** What no program is sent as. */
const NO_PROGRAM = /^(text|image|audio|video|font)\//i;

/** An answer over HTTP that carries a program, in its first segment or the one after its header. */
export function answerMatch(bytes: Uint8Array, start: number, end: number, session: Session): SignatureMatch | undefined {
  session.body = undefined;
  const at = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, MOST_HEADER_BYTES)).indexOf(END);
  if (at < 0) return undefined;
  const header = decodeUtf8(bytes, start, start + at);
  const type = fieldOf(header, 'content-type');
  if (fieldOf(header, 'content-encoding') !== '') return undefined;
  const name = /filename="?([^";\r\n]+)/i.exec(fieldOf(header, 'content-disposition'))?.[1] ?? '';
  const about = name === '' ? type : `${type}, named ${name}`;
  if (start + at + END.length >= end) session.body = about;
  else return bodyMatch(bytes, start + at + END.length, end, about);
  return undefined;
}

/** The beginning of a body that came as `about`: its content type, then its name where it has one. */
export function bodyMatch(bytes: Uint8Array, start: number, end: number, about: string): SignatureMatch | undefined {
  if (!isProgram(bytes.subarray(start, end), 0)) return undefined;
  const signature = NO_PROGRAM.test(about) ? SIGNATURES.disguisedProgram : SIGNATURES.programDownload;
  return { signature, detail: shownText(about) };
}

/** A form posted to an address without a name, on a port that no browser uses by itself. */
export function requestMatch(method: string, host: string, path: string, port: number): SignatureMatch | undefined {
  if (path.toLowerCase().startsWith('/wsman')) {
    return method === 'POST' ? { signature: SIGNATURES.remoteShell, detail: shownText(path) } : undefined;
  }
  if (method !== 'POST' || port === 80 || port === 443 || !/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d+)?$/i.test(host)) return undefined;
  return { signature: SIGNATURES.bareAddress, detail: shownText(host) };
}

function fieldOf(header: string, name: string): string {
  for (const line of header.split('\r\n').slice(1)) {
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon === name.length && line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return '';
}
