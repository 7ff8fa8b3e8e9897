import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { LoadedConfig } from '../../config/index.ts';
import { type Alert, isSystemError, type Logger, VedetteError } from '../../core/index.ts';
import { homeOptions, type Pipeline } from '../../pipeline/index.ts';
import {
  buildServer,
  type ConfigurationFile,
  localAdminLink,
  newToken,
  removeControlFile,
  type Server,
  writeControlFile,
} from '../../server/index.ts';
import { levelOf } from '../../sinks/report/index.ts';
import { type Home, openHome } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson, printText } from '../output.ts';
import { RecentIds } from '../recent-ids.ts';
import { programVersion } from '../version.ts';
import { configurationFile } from './configuration-file.ts';
import { PipelineRunner } from './pipeline-runner.ts';
import { programLog } from './program-log.ts';
import { readConfig } from './read-config.ts';
import { untilSignal } from './until-signal.ts';

/** Built by `npm run build` beside the program. */
const DASHBOARD = fileURLToPath(new URL('../../dashboard', import.meta.url));

/** Runs until SIGTERM or SIGINT; then drains, commits and ends. */
export async function up(options: CommonOptions & { listen?: string }): Promise<void> {
  const set = options.listen === undefined ? options.set : [...options.set, `listen=${options.listen}`];
  const { loaded, origin, schema } = await readConfig({ ...options, set });
  const log = await programLog();
  const home = await openHome(options.home, homeOptions(loaded.config));
  let server: Server | undefined;
  const told = new RecentIds();
  const runner = new PipelineRunner(home, log, (pipeline) => {
    server?.watch();
    pipeline.on('alert', (alert) => {
      if (alert.notified && told.add(alert.id)) tell(alert, options);
    });
  });
  const stopped = untilSignal();
  try {
    const file = configurationFile({ ...options, set }, schema, (changed) => runner.run(changed));
    // The page answers while the pipeline still takes up where it was.
    const listening = await listen(home, loaded, () => runner.pipeline, log, { ...options, origin }, file);
    server = listening.server;
    await runner.run(loaded);
    listening.announce();
    await Promise.race([stopped, runner.failed]);
  } finally {
    await server?.close();
    await runner.stop();
    await removeControlFile(options.home);
    await home.close();
  }
}

async function listen(
  home: Home,
  loaded: LoadedConfig,
  pipeline: () => Pipeline | undefined,
  log: Logger,
  options: CommonOptions & { origin: string },
  configurationFile: ConfigurationFile,
): Promise<{ readonly server: Server; readonly announce: () => void }> {
  const { config } = loaded;
  const controlToken = newToken();
  const now = () => Date.now() * 1000;
  const tls = config.tls === undefined ? {} : { tls: { cert: await pem(config.tls.cert), key: await pem(config.tls.key) } };
  const server = await buildServer({
    home,
    config,
    shown: loaded.shown,
    configurationFile,
    program: programVersion(),
    controlToken,
    pipeline,
    now,
    log,
    dashboard: DASHBOARD,
    ...tls,
  });
  try {
    const { address, control } = await server.listen(config.listen);
    await writeControlFile(options.home, { address: control, token: controlToken, pid: process.pid });
    const first = (await home.users.accounts.count()) === 0;
    const link = first ? `${address}${(await localAdminLink(home, now())).path}` : undefined;
    if (options.output === 'human') print(`vedette ${programVersion()} starts; the dashboard answers on ${address}`);
    // Up is what takes records too: its sources listen by then.
    return { server, announce: () => announce(address, Object.keys(config.tenants), link, options) };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function pem(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new VedetteError('CONFIG_INVALID', `tls: ${path} cannot be read: ${isSystemError(cause) ? cause.code : String(cause)}`, {
      hint: 'Name PEM files that this user may read.',
      cause,
    });
  });
}

function tell({ id, tenant, detection }: Alert, options: CommonOptions): void {
  const { severity, title, entity } = detection;
  if (options.output === 'json') printText(JSON.stringify({ event: 'alert', id, tenant, severity, title }));
  else print(`${levelOf(severity).toUpperCase()} ${entity}: ${title} (vedette alerts show ${id.slice(0, 12)})`);
}

function announce(
  address: string,
  tenants: readonly string[],
  link: string | undefined,
  options: CommonOptions & { origin: string },
): void {
  const { home, origin, output } = options;
  if (output === 'json') {
    printJson({ event: 'up', address, home, tenants, configuration: origin, ...(link === undefined ? {} : { admin_link: link }) });
    return;
  }
  print(`vedette ${programVersion()} is up on ${address}`);
  if (link !== undefined) print(`  first start: open ${link} to become administrator (once, within 24 hours)`);
  print(`  home ${home}, configuration: ${origin}, tenants: ${tenants.join(', ')}`);
  print('  see `vedette alerts list`; stop with Ctrl-C');
}
