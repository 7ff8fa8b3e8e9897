import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { DeliveryRequest } from './request.ts';

export interface ClientOptions {
  /** PEM. */
  readonly ca?: Buffer;
  readonly token?: string;
  readonly timeoutMs: number;
}

/** What the server said; `status` 0 = it could not be reached, `text` then says why. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number;
}

const LONGEST_ANSWER = 2000;

/** Sends requests to one endpoint, over one connection that is kept. */
export class Client {
  readonly #endpoint: URL;
  readonly #options: ClientOptions;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(endpoint: string, options: ClientOptions) {
    this.#endpoint = new URL(endpoint);
    this.#options = options;
    const kept = { keepAlive: true, maxSockets: 1 };
    this.#agent =
      this.#endpoint.protocol === 'https:'
        ? new HttpsAgent({ ...kept, minVersion: 'TLSv1.2', ...(options.ca === undefined ? {} : { ca: options.ca }) })
        : new HttpAgent(kept);
  }

  /** Never rejects: what goes wrong is an answer. */
  send({ path, headers, body }: DeliveryRequest, signal: AbortSignal): Promise<Answer> {
    const { token, timeoutMs } = this.#options;
    const { protocol, hostname, port, pathname } = this.#endpoint;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve) => {
      const unreached = (error: Error): void => resolve({ status: 0, text: error.message === '' ? String(error) : error.message });
      const send = protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(
        {
          method: 'POST',
          hostname: hostname.replace(/^\[|\]$/g, ''),
          port,
          path: `${pathname.replace(/\/$/, '')}${path}` || '/',
          headers: { ...headers, ...authorization, 'content-length': body.length },
          agent: this.#agent,
          timeout: timeoutMs,
          signal,
        },
        (response) => answerOf(response).then(resolve, unreached),
      );
      request.on('timeout', () => request.destroy(new Error(`no answer in ${Math.round(timeoutMs / 1000)} s`)));
      request.on('error', unreached);
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) if (text.length < LONGEST_ANSWER) text += part;
  const seconds = Number(response.headers['retry-after']);
  const retry = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3600) * 1000 } : {};
  return { status: response.statusCode ?? 0, text: text.slice(0, LONGEST_ANSWER), ...retry };
}
