import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import { type Config, configSchema } from '../../config/index.ts';
import type { Logger } from '../../core/index.ts';
import { type Home, openHome } from '../../store/index.ts';
import { hashPassword } from '../access/secrets.ts';
import type { Role, Scope } from '../api/contract.ts';
import { buildServer, type Server } from '../app.ts';
import type { ServerContext, ServerLimits, ServerOptions } from '../context.ts';
import type { ConfigurationFile } from '../settings/configuration.ts';

export const PASSWORD = 'correct horse battery staple';
export const CONTROL_TOKEN = 'control-token-of-this-test-0123456789';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
  json<T>(): T;
}

export interface Caller {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface StartOptions {
  readonly limits?: Partial<ServerLimits>;
  /** Fills the home before the server looks at it. */
  readonly prepare?: (home: Home) => Promise<void>;
  readonly config?: Config;
  readonly pipeline?: ServerOptions['pipeline'];
  readonly configurationFile?: ConfigurationFile;
}

/** Tenants `a` and `b`, whose sources do not run. */
export function twoTenants(): Config {
  const component = (name: string) => ({ name, summary: name, config: z.strictObject({}) });
  const schema = configSchema({
    sources: [component('none')],
    sinks: [component('none')],
    records: ['lines'],
    detectors: [component('sequence')],
    parser: z.strictObject({}),
    pseudonyms: z.strictObject({}),
    declared: z.record(z.string(), z.unknown()),
    features: z.strictObject({}),
  });
  const source = { type: 'none', name: 'auth' };
  return schema.parse({ tenants: { a: { sources: [source] }, b: { sources: [source] } } });
}

/** Tests share a machine with others: a slow moment is no failure. */
const UNHURRIED = { busyMillis: 60_000 };

/** A server on a home of its own with the tenants `a` and `b` unless told otherwise. */
export class ServerUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-server-'));
  /** Everything that was logged. */
  readonly logged: string[] = [];
  clock = Date.UTC(2026, 0, 5) * 1000;
  home!: Home;
  server!: Server;

  private options: StartOptions = {};

  async start(options: StartOptions = {}): Promise<this> {
    this.options = options;
    const { limits = {}, prepare, config = twoTenants(), pipeline = () => undefined } = options;
    this.home = await openHome(join(this.folder, 'home'));
    await prepare?.(this.home);
    const write =
      (level: string) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        this.logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
      };
    const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    this.server = await buildServer({
      ...{ home: this.home, config, program: 'vedette 0.0.0', controlToken: CONTROL_TOKEN, pipeline, log, shown: config },
      ...(options.configurationFile === undefined ? {} : { configurationFile: options.configurationFile }),
      ...{ now: () => this.clock, dashboard: join(this.folder, 'dashboard'), limits: { ...UNHURRIED, ...limits } },
    });
    return this;
  }

  get context(): ServerContext {
    return this.server.context;
  }

  /** The same home, as a new start of the program finds it. */
  async restart(): Promise<void> {
    await this.server.close();
    await this.home.close();
    const { prepare: _done, ...again } = this.options;
    await this.start(again);
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.home.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async inject(options: InjectOptions): Promise<Answer> {
    const response = await this.server.app.inject(options);
    return { status: response.statusCode, body: response.body, headers: response.headers, json: () => response.json() };
  }

  private caller(own: Record<string, string>): Caller {
    return {
      call: (method, path, body, headers = {}) =>
        this.inject({
          method: method as 'GET',
          url: path.startsWith('/') ? path : `/api/v1/${path}`,
          headers: { ...own, ...headers },
          ...(body === undefined ? {} : { payload: body as object }),
        }),
    };
  }

  get nobody(): Caller {
    return this.caller({});
  }

  get control(): Caller {
    return this.caller({ authorization: `Bearer ${CONTROL_TOKEN}` });
  }

  async user(name: string, memberships: Readonly<Record<string, Role>>, administrator = false): Promise<string> {
    const id = randomUUID();
    await this.home.users.accounts.create({
      ...{ id, name, passwordHash: await passwordHash(), administrator, createdAt: this.clock },
      memberships: Object.entries(memberships).map(([tenant, role]) => ({ tenant, role })),
    });
    return id;
  }

  signIn(name: string, password = PASSWORD, headers: Record<string, string> = {}): Promise<Answer> {
    return this.nobody.call('POST', 'session', { name, password }, { 'x-vedette-request': '1', ...headers });
  }

  /** Signed in as the dashboard is: cookie and header. */
  async browser(name: string): Promise<Caller & { readonly cookie: string }> {
    const answer = await this.signIn(name);
    const cookie = String(answer.headers['set-cookie']).split(';')[0] as string;
    return { cookie, ...this.caller({ cookie, 'x-vedette-request': '1' }) };
  }

  async token(name: string, tenant: string, scopes: readonly Scope[]): Promise<Caller & { readonly secret: string }> {
    const created = await (await this.browser(name)).call('POST', `tenants/${tenant}/tokens`, { name: 'ci', scopes });
    const { secret } = created.json<{ secret: string }>();
    return { secret, ...this.caller({ authorization: `Bearer ${secret}` }) };
  }
}

let hashed: Promise<string> | undefined;
const passwordHash = (): Promise<string> => {
  hashed ??= hashPassword(PASSWORD);
  return hashed;
};

/** A multipart body of one file. */
export function multipart(fileName: string, content: string | Buffer): { payload: Buffer; headers: Record<string, string> } {
  const boundary = 'boundary-of-a-test';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: text/plain\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}
