import { spawnSync } from 'node:child_process';
import { VedetteError } from '../core/index.ts';

/** Told on standard error when the main thread ends. */
const TELL =
  "data:text/javascript,import{isMainThread}from'node:worker_threads';if(isMainThread)process.on('exit',()=>process.stderr.write('%5Cnpeak='+process.resourceUsage().maxRSS+' cpu='+process.cpuUsage().user+'%5Cn'))";

/** Runs a script of Node in a process of its own: the most memory it had resident, bytes, and the CPU time it took, seconds. Throws where it fails. */
export function peakMemory(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { readonly bytes: number; readonly cpuSeconds: number } {
  const { status, stderr } = spawnSync(process.execPath, ['--import', TELL, ...args], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const [, kibibytes, micros] = /\npeak=(\d+) cpu=(\d+)\n/.exec(stderr) ?? [];
  if (status !== 0 || kibibytes === undefined) throw new VedetteError('INTERNAL', `${args.join(' ')} ended with ${status}: ${stderr}`);
  return { bytes: Number(kibibytes) * 1024, cpuSeconds: Number(micros) / 1e6 };
}
