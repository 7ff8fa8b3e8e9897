import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedLog } from '../pipeline/generated-log.ts';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

const GENERATED = `${generatedLog(1500, 5).lines.join('\n')}\nthis line has no time and no level\n`;

/** `vedette up` from dist/ with a home of its own that reads a log, a generated one unless another is given. */
export class RunningVedette {
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-browser-'));
  readonly log = join(this.folder, 'app.log');
  address = '';
  adminLink = '';
  readonly #text: string;
  #child: ChildProcess | undefined;

  constructor(text = GENERATED) {
    this.#text = text;
  }

  async start(): Promise<void> {
    writeFileSync(this.log, this.#text);
    const config = join(this.folder, 'vedette.json');
    const source = {
      type: 'file',
      name: 'app',
      path: this.log,
      pollMs: 50,
      features: { session: { by: 'req-', idle: '10s', lateness: '1s' } },
      learning: { sessions: 600 },
    };
    const keep = { maxAge: '9999d', alertAge: '9999d' };
    writeFileSync(
      config,
      JSON.stringify({ listen: '127.0.0.1:0', tenants: { default: { promisedRate: 0.01, retention: keep, sources: [source] } } }),
    );
    const child = spawn(process.execPath, [MAIN, 'up', '-c', config, '--home', join(this.folder, 'home'), '-o', 'json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let complaint = '';
    child.stderr.on('data', (bytes: Buffer) => {
      complaint = (complaint + bytes.toString()).slice(-4000);
    });
    const first = await new Promise<string | undefined>((resolve) => {
      let said = '';
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        // The first object that it prints ends with a brace on a line of its own; alerts follow, one a line.
        const end = said.indexOf('\n}\n');
        if (end >= 0) resolve(said.slice(0, end + 2));
      });
      child.once('exit', () => resolve(undefined));
    });
    if (first === undefined) throw new Error(`vedette up ended before it was up: ${complaint}`);
    const { address, admin_link: link } = JSON.parse(first) as { address: string; admin_link: string };
    this.address = address;
    this.adminLink = link;
  }

  append(text: string): void {
    appendFileSync(this.log, text);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
