import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('../../dist/pipeline/testing/child.process.js', import.meta.url));

/** A running child and what it says. */
export class Child {
  readonly process: ChildProcess;
  private output = '';
  private readonly exited: Promise<unknown>;

  /** `expected`: records after which `finish` ends it. */
  constructor(home: string, config: string, expected = 0) {
    this.process = spawn(process.execPath, [CHILD, home, config, String(expected)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.exited = once(this.process, 'exit');
    this.process.stdin?.on('error', () => {});
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
      });
    }
  }

  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  get started(): boolean {
    return this.output.includes('started');
  }

  async untilStarted(): Promise<void> {
    while (!this.started) {
      if (!this.alive) throw new Error(`the child ended early: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async kill(): Promise<void> {
    if (!this.alive) throw new Error(`the child ended on its own: ${this.output}`);
    this.process.kill('SIGKILL');
    await this.exited;
  }

  async finish(): Promise<void> {
    this.process.stdin?.write('finish\n');
    await this.exited;
    if (!this.output.includes('finished')) throw new Error(`the child did not finish: ${this.output}`);
  }
}
