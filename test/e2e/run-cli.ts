import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the compiled program as a user would, in a folder of its own. */
export class CliFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'vedette-e2e-'));

  run(args: readonly string[], options: { shell?: string; input?: string; env?: Readonly<Record<string, string>> } = {}): CliResult {
    const environment = { ...process.env, VEDETTE_HOME: join(this.path, 'home'), ...options.env };
    const common = {
      cwd: this.path,
      env: environment,
      encoding: 'utf8',
      timeout: 120_000,
      maxBuffer: 1 << 28,
      input: options.input ?? '',
    } as const;
    if (options.shell === undefined) return spawnSync(process.execPath, [MAIN, ...args], common);
    return spawnSync('bash', ['-c', `${options.shell} exec "$0" "$@"`, process.execPath, MAIN, ...args], common);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Requests of a small service: three lines each in their own order, and a few that fail in a way of their own. */
export function requestLog(requests: number, faults: readonly number[] = []): string {
  const lines: { at: number; text: string }[] = [];
  const say = (second: number, request: number, text: string): void => {
    const time = new Date(Date.UTC(2026, 2, 1, 10, 0, second)).toISOString().replace('.000Z', 'Z');
    lines.push({ at: second, text: `${time} web1 shop[77]: request req-${String(request).padStart(6, '0')} ${text}` });
  };
  for (let request = 0; request < requests; request++) {
    say(request * 2, request, 'accepted from 10.0.0.7');
    if (faults.includes(request)) {
      say(request * 2 + 1, request, 'rejected: signature mismatch, dumping 4096 rows');
      continue;
    }
    say(request * 2 + 1, request, `loaded basket in ${3 + (request % 7)} ms`);
    say(request * 2 + 2, request, 'answered with status 200');
  }
  return `${lines
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .join('\n')}\n`;
}
