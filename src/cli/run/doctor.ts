import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { CommonOptions } from '../options.ts';
import { EXIT, print, printJson } from '../output.ts';
import { programVersion } from '../version.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly advice?: string;
}

async function attempt(name: string, advice: string, check: () => Promise<string> | string): Promise<Check> {
  try {
    return { name, ok: true, detail: await check() };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error), advice };
  }
}

function checkNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`Node ${process.versions.node} is too old`);
  return `Node ${process.versions.node} on ${process.platform}-${process.arch}, ${availableParallelism()} cores, ${gib(totalmem())} memory`;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function checkHome(home: string): string {
  if (!existsSync(home)) mkdirSync(home, { recursive: true, mode: 0o700 });
  accessSync(home, constants.W_OK | constants.R_OK);
  const disk = statfsSync(home);
  const free = disk.bavail * disk.bsize;
  if (free < 2 ** 30) throw new Error(`only ${gib(free)} free at ${home}`);
  return `${home} is writable, ${gib(free)} free`;
}

async function checkConfig(options: CommonOptions): Promise<string> {
  const { readConfig } = await import('./read-config.ts');
  const { checkDetectors, checkGraph, factsOf, loadComponents } = await import('../../pipeline/index.ts');
  const { placed } = await import('../../config/index.ts');
  const { loaded, origin } = await readConfig(options);
  const { config } = loaded;
  const problems = [...checkGraph(config, factsOf(await loadComponents(config))), ...(await checkDetectors(config))];
  if (problems.length > 0) throw new Error((await placed(origin, problems)).join('; '));
  return origin;
}

/** Ports, files and folders that the configuration names. */
async function checkInputs(options: CommonOptions): Promise<string> {
  const { readConfig } = await import('./read-config.ts');
  const { unreachable } = await import('../../pipeline/index.ts');
  const { readControlFile } = await import('../../server/index.ts');
  const { placed } = await import('../../config/index.ts');
  const { loaded, origin } = await readConfig(options);
  const runs = (await readControlFile(options.home)) !== undefined;
  const missing = await unreachable(loaded.config, runs);
  if (missing.length > 0) throw new Error((await placed(origin, missing)).join('; '));
  return runs ? 'all that is named is there; its ports are those of a vedette that runs' : 'all that is named is there and can be opened';
}

export async function doctor(options: CommonOptions): Promise<void> {
  const checks = await Promise.all([
    attempt('node', 'Install Node 20.19 or newer.', checkNode),
    attempt('home', 'Free space, fix its permissions, or choose another --home.', () => checkHome(options.home)),
    attempt('configuration', 'Run `vedette config check` for the exact place.', () => checkConfig(options)),
    attempt('inputs and ports', 'Free the port or name another, make the file readable, or correct the path.', () => checkInputs(options)),
    attempt('analytical store', 'Reinstall: the native library of @duckdb/node-api did not load here.', async () => {
      const { version } = await import('@duckdb/node-api');
      return `DuckDB ${version()}`;
    }),
    attempt('relational store', 'Reinstall: node-sqlite3-wasm did not load here.', async () => {
      await import('node-sqlite3-wasm');
      return 'SQLite (WebAssembly) loads';
    }),
    attempt(
      'neural networks',
      'Reinstall: the native library of onnxruntime-node did not load here; everything but `deeplog` works without it.',
      async () => {
        const { default: ort } = await import('onnxruntime-node');
        return `ONNX Runtime with ${ort
          .listSupportedBackends()
          .map((backend) => backend.name)
          .join(', ')}`;
      },
    ),
  ]);
  const ok = checks.every((check) => check.ok);
  if (options.output === 'json') printJson({ version: programVersion(), ok, checks });
  else {
    print(`vedette ${programVersion()}`);
    for (const check of checks)
      print(
        `${check.ok ? 'ok    ' : 'FAILED'}  ${check.name}: ${check.detail}`,
        ...(check.advice === undefined ? [] : [`        ${check.advice}`]),
      );
  }
  if (!ok) process.exitCode = EXIT.failed;
}
