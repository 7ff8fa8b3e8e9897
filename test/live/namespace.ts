import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** Why live capture cannot be tested here; undefined where it can. */
export function whyNot(): string | undefined {
  const name = `vedette-probe-${process.pid}`;
  try {
    run('ip', 'netns', 'add', name);
    run('ip', 'netns', 'del', name);
  } catch {
    return 'no network namespace may be made here';
  }
  try {
    run('tcpdump', '--version');
    run('python3', '--version');
  } catch {
    return 'a network namespace needs tcpdump and python3 for this test';
  }
  return undefined;
}

/** A network namespace with a pair of interfaces, `near` and `far`, and nothing else. */
export class Namespace {
  readonly name = `vedette-live-${process.pid}`;

  constructor() {
    run('ip', 'netns', 'add', this.name);
    try {
      this.exec('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    } catch {
      // Without the right to set it there is only a little more traffic.
    }
    this.exec('ip', 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far');
    for (const link of ['near', 'far']) this.exec('ip', 'link', 'set', link, 'up');
  }

  exec(...command: string[]): string {
    return run('ip', 'netns', 'exec', this.name, ...command);
  }

  /** A program that runs another one inside. */
  wrapper(folder: string, program: string): string {
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${this.name} ${program} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Plays a capture into `near` at its own pace; resolves with the wall-clock time in microseconds at which it began. */
  async play(capture: string): Promise<number> {
    const player = spawn('ip', ['netns', 'exec', this.name, 'python3', join(import.meta.dirname, 'frames.py'), capture, 'near']);
    let said = '';
    for (const stream of [player.stdout, player.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        said += bytes.toString();
      });
    }
    const code = await new Promise((resolve) => player.once('close', resolve));
    if (code !== 0) throw new Error(`the player failed: ${said}`);
    return Number(said.trim()) * 1e6;
  }

  remove(): void {
    run('ip', 'netns', 'del', this.name);
  }
}
