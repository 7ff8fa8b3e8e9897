import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Headers that say who calls. */
export type Caller = Readonly<Record<string, string>>;

export const tokenOf = (secret: string): Caller => ({ authorization: `Bearer ${secret}` });

/** `vedette up` in a process of its own, called with the token of the command line unless told otherwise; a call that gets no answer is undefined. */
export class ApiServer {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private errors = '';
  private address = '';
  private token = '';

  private constructor(home: string, configuration: string) {
    // The one of a process that was killed still stands there.
    rmSync(join(home, 'control.json'), { force: true });
    const args = [MAIN, 'up', '-c', configuration, '--home', home, '--listen', '127.0.0.1:0'];
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    this.exited = once(this.child, 'exit');
    this.child.stderr?.on('data', (bytes: Buffer) => {
      this.errors += bytes.toString();
    });
  }

  static async start(home: string, configuration: string): Promise<ApiServer> {
    const server = new ApiServer(home, configuration);
    for (;;) {
      if (server.child.exitCode !== null) throw new Error(`the server ended early: ${server.errors}`);
      const file = join(home, 'control.json');
      if (existsSync(file)) {
        const { address, token } = JSON.parse(readFileSync(file, 'utf8')) as { address: string; token: string };
        Object.assign(server, { address, token });
        if ((await server.call('GET', '/tenants'))?.status === 200) return server;
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** To its standard input. */
  write(text: string): void {
    this.child.stdin?.write(text);
  }

  async call(method: string, path: string, body?: unknown, caller = tokenOf(this.token)): Promise<Answer | undefined> {
    const json = body instanceof FormData ? {} : { 'content-type': 'application/json' };
    try {
      const answer = await fetch(`${this.address}/api/v1${path}`, {
        method,
        headers: { ...caller, ...(body === undefined ? {} : json) },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      return { status: answer.status, body: await answer.json() };
    } catch {
      return undefined;
    }
  }

  /** An answer of 200, 201 or 202. */
  async must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer === undefined || answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body as T;
  }

  /** Signs in as the first administrator; the session is meant to outlive the process. */
  async signIn(name: string, password: string): Promise<Caller> {
    const { path } = await this.must<{ path: string }>('POST', '/admin-link', {});
    const browser = { 'x-vedette-request': '1', 'content-type': 'application/json', origin: this.address };
    const body = JSON.stringify({ token: path.split('#')[1], name, password });
    const answer = await fetch(`${this.address}/api/v1/setup`, { method: 'POST', headers: browser, body });
    if (!answer.ok) throw new Error(`signing in failed: ${await answer.text()}`);
    return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '', 'x-vedette-request': '1' };
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null) throw new Error(`the server ended on its own: ${this.errors}`);
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
  }
}
