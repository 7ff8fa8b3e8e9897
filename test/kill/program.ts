import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

/** A vedette process that is killed and started again. */
export class Program {
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  said = '';

  /** `folder`: where relative paths begin. */
  constructor(folder: string, ...args: string[]) {
    this.#folder = folder;
    this.#args = args;
  }

  start(): void {
    const child = spawn(process.execPath, [MAIN, ...this.#args], { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        this.said += bytes.toString();
      });
    }
    this.#child = child;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    } else if (child.exitCode !== 0) throw new Error(`it ended on its own: ${this.said.slice(-2000)}`);
    return child.exitCode;
  }
}
