import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const USER = { name: 'bench', password: 'a long enough password' };
/** Clock ticks a second of /proc/<pid>/stat, on every Linux that Node runs on. */
const TICKS = 100;

/** `vedette up` in a process of its own, with somebody signed in. */
export class RunningServer {
  readonly address: string;
  private readonly child: ChildProcess;
  private readonly control: string;
  private cookie = '';

  private constructor(child: ChildProcess, address: string, control: string) {
    this.child = child;
    this.address = address;
    this.control = control;
  }

  /** `configuration` and home in `folder`; answers as soon as the API does. */
  static async start(folder: string, configuration: string): Promise<RunningServer> {
    const home = join(folder, 'home');
    const main = fileURLToPath(new URL('../../../cli/main.js', import.meta.url));
    const profile = process.env.VEDETTE_BENCH_PROFILE;
    const profiled = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const args = [...profiled, main, 'up', '-c', configuration, '--home', home, '--listen', '127.0.0.1:0'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const file = join(home, 'control.json');
    for (;;) {
      if (child.exitCode !== null) throw new Error(`vedette up ended with ${child.exitCode}`);
      if (existsSync(file)) {
        const { address, token } = JSON.parse(readFileSync(file, 'utf8')) as { address: string; token: string };
        const server = new RunningServer(child, address.startsWith('http') ? address : `http://${address}`, token);
        if (await server.answers()) return server;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Signs in as the first administrator, as a person would. */
  async signIn(): Promise<void> {
    const link = await this.post('admin-link', {}, { authorization: `Bearer ${this.control}` });
    const { path } = (await link.json()) as { path: string };
    const answer = await this.post('setup', { token: path.split('#')[1], ...USER }, { 'x-vedette-request': '1', origin: this.address });
    if (!answer.ok) throw new Error(`signing in failed: ${await answer.text()}`);
    this.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  get headers(): Record<string, string> {
    return { cookie: this.cookie, connection: 'keep-alive' };
  }

  /** Seconds of CPU time so far, all threads. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  private async answers(): Promise<boolean> {
    return fetch(`${this.address}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  private post(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    const all = { 'content-type': 'application/json', ...headers };
    return fetch(`${this.address}/api/v1/${path}`, { method: 'POST', headers: all, body: JSON.stringify(body) });
  }
}
