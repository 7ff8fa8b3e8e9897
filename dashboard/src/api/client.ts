import type { BodyInput, QueryInput, Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { type CallName, PATHS } from './paths.ts';

export const API = '/api/v1';
const CHANGES = { 'x-vedette-request': '1' };

export interface CallOptions<N extends CallName> {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: QueryInput<N>;
  readonly body?: BodyInput<N>;
  readonly signal?: AbortSignal;
}

/** What the server answered when it did not do what it was asked; `status` 0 = no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint = '') {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export function url(name: CallName, params: Readonly<Record<string, string | number>> = {}, query: object = {}): string {
  const [, path = ''] = PATHS[name].split(' ');
  const filled = path.replace(/:([a-z]+)/gi, (_, key: string) => encodeURIComponent(String(params[key] ?? '')));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(key, String(value));
  const text = search.toString();
  return `${API}${filled}${text === '' ? '' : `?${text}`}`;
}

export async function call<N extends CallName>(name: N, options: CallOptions<N> = {}): Promise<RouteResponse<N>> {
  const [method = 'GET'] = PATHS[name].split(' ');
  const init: RequestInit = { method, credentials: 'same-origin', headers: method === 'GET' ? {} : { ...CHANGES } };
  if (options.signal !== undefined) init.signal = options.signal;
  if (options.body !== undefined) {
    init.headers = { ...init.headers, 'content-type': 'application/json' };
    init.body = JSON.stringify(options.body);
  }
  let answer: Response;
  try {
    answer = await fetch(url(name, options.params, (options.query ?? {}) as object), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'NO_ANSWER', 'vedette does not answer.', 'Check that `vedette up` is running and reachable, then try again.');
  }
  if (!answer.ok) throw await refusal(answer);
  return (await answer.json()) as RouteResponse<N>;
}

async function refusal(answer: Response): Promise<ApiError> {
  try {
    const { error } = (await answer.json()) as { error: { code: string; message: string; hint?: string } };
    return new ApiError(answer.status, error.code, error.message, error.hint);
  } catch {
    return new ApiError(answer.status, `HTTP_${answer.status}`, `The server answered ${answer.status} ${answer.statusText}.`);
  }
}

/** Sends a file with progress 0..1; `fetch` cannot tell the progress of what it sends. */
export function sendFile(tenant: string, file: File, progress: (share: number) => void): Promise<RouteResponse<'upload'>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url('upload', { tenant }));
    for (const [name, value] of Object.entries(CHANGES)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () =>
      reject(new ApiError(0, 'NO_ANSWER', 'The upload was interrupted.', 'Check the connection, then send the file again.'));
    request.onload = () => {
      if (request.status < 300) return resolve(JSON.parse(request.responseText) as RouteResponse<'upload'>);
      refusal(new Response(request.responseText, { status: request.status })).then(reject);
    };
    const form = new FormData();
    form.set('file', file);
    request.send(form);
  });
}
