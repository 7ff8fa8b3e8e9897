import { Agent, get, type IncomingMessage } from 'node:http';
import type { RunningServer } from './running-server.ts';

/** A request that an open page makes: when it opens and every `seconds`; `onAlerts` = also a second after alerts changed. */
interface Request {
  readonly name: string;
  readonly path: string;
  readonly seconds?: number;
  readonly onAlerts?: boolean;
}

const status = { name: 'sources', path: 'sources' };
const groups = { name: 'groups', path: 'groups?state=open&limit=200', onAlerts: true };
const overview = { name: 'overview', path: 'overview', seconds: 10, onAlerts: true };
const histogram = { name: 'events/histogram', path: 'events/histogram?bins=120' };

/** What the dashboard's pages ask for, on the schedule on which they do (dashboard/src/pages). */
const PAGES: Readonly<Record<string, readonly Request[]>> = {
  overview: [
    overview,
    { name: 'history', path: 'history?step=second' },
    groups,
    { name: 'incidents', path: 'incidents?state=open&band=notify&limit=1000' },
  ],
  alerts: [
    { ...groups, path: 'groups?limit=200' },
    { name: 'alerts', path: 'alerts?limit=100', onAlerts: true },
    { name: 'detectors', path: 'detectors' },
  ],
  explorer: [
    { name: 'alert-lanes', path: 'alert-lanes?by=entity&bins=96&lanes=30', onAlerts: true },
    { name: 'series', path: 'series?limit=200', seconds: 5 },
  ],
  pipeline: [{ ...status, seconds: 2 }, overview],
  entities: [
    { name: 'entities', path: 'entities?limit=1000', seconds: 10, onAlerts: true },
    { name: 'hosts', path: 'hosts?limit=1000' },
  ],
  // Somebody looks for something: another search every few seconds.
  logs: [
    { name: 'events', path: 'events?limit=100', seconds: 4 },
    { name: 'events', path: 'events?limit=100&contains=exception', seconds: 4 },
    { ...histogram, seconds: 8 },
    { name: 'templates', path: 'templates?limit=500&bins=60', seconds: 15 },
  ],
};
/** Twenty open dashboards. */
export const OPEN = [
  'overview',
  'overview',
  'overview',
  'overview',
  'overview',
  'overview',
  'alerts',
  'alerts',
  'alerts',
  'alerts',
  'explorer',
].concat(['explorer', 'pipeline', 'pipeline', 'pipeline', 'entities', 'entities', 'logs', 'logs', 'logs']);

const ALERTS_AFTER_MS = 1_000;

/** Answers of open dashboards: how long each took, what failed, and what their event streams brought. */
export class Dashboards {
  readonly millis = new Map<string, number[]>();
  failed = 0;
  streamed = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });
  private readonly server: RunningServer;
  private readonly tenant: string;
  private readonly streams: IncomingMessage[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly flying = new Set<Request>();
  private closed = false;

  constructor(server: RunningServer, tenant: string) {
    this.server = server;
    this.tenant = tenant;
  }

  async open(pages: readonly string[]): Promise<void> {
    for (const [i, page] of pages.entries()) {
      // Each is a dashboard of its own: what one asks for does not keep another from asking.
      const requests = (PAGES[page] ?? []).map((request) => ({ ...request }));
      const again = requests.filter(({ onAlerts }) => onAlerts === true);
      await this.listen(again);
      for (const request of requests) {
        void this.ask(request);
        if (request.seconds === undefined) continue;
        const every = request.seconds * 1000;
        // Not all at once: people open them at different times.
        this.timers.push(setTimeout(() => this.timers.push(setInterval(() => void this.ask(request), every)), (i * 137) % every));
      }
    }
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const stream of this.streams) stream.destroy();
    this.agent.destroy();
  }

  /** Of every answer, or of those of one route. */
  quantile(share: number, name?: string): number {
    const all = name === undefined ? [...this.millis.values()].flat() : (this.millis.get(name) ?? []);
    const sorted = [...all].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  get answers(): number {
    return [...this.millis.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** As a page: while an answer is due it does not ask again. */
  private async ask(request: Request): Promise<void> {
    if (this.flying.has(request) || this.closed) return;
    this.flying.add(request);
    const began = performance.now();
    try {
      const code = await this.fetch(request.path);
      const known = this.millis.get(request.name) ?? [];
      this.millis.set(request.name, known);
      known.push(performance.now() - began);
      if (code !== 200) this.failed++;
    } catch {
      if (!this.closed) this.failed++;
    } finally {
      this.flying.delete(request);
    }
  }

  /** The whole answer is read. */
  private fetch(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const { headers } = this.server;
      const url = `${this.server.address}/api/v1/tenants/${this.tenant}/${path}`;
      get(url, { agent: this.agent, headers: { ...headers, 'accept-encoding': 'gzip' } }, (answer) => {
        answer.on('data', () => {});
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.on('error', reject);
      }).on('error', reject);
    });
  }

  private listen(again: readonly Request[]): Promise<void> {
    const url = `${this.server.address}/api/v1/tenants/${this.tenant}/stream`;
    let waiting = false;
    const alertsChanged = () => {
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        for (const request of again) void this.ask(request);
      }, ALERTS_AFTER_MS);
    };
    return new Promise((resolve, reject) => {
      get(url, { agent: false, headers: this.server.headers }, (stream) => {
        this.streams.push(stream);
        stream.setEncoding('utf8');
        stream.on('data', (text: string) => {
          this.streamed += text.length;
          if (text.includes('event: alert')) alertsChanged();
        });
        stream.on('error', () => {});
        if (stream.statusCode === 200) resolve();
        else reject(new Error(`no event stream: ${stream.statusCode}`));
      }).on('error', reject);
    });
  }
}
