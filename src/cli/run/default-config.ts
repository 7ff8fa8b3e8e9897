import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { builtInConfig } from '../../config/index.ts';

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function hasJournal(): boolean {
  const found = spawnSync('journalctl', ['-n', '1', '-o', 'json', '--no-pager'], { encoding: 'utf8', timeout: 5000 });
  return found.status === 0 && found.stdout.startsWith('{');
}

/** A generated office beside the host's own logs, so that the first minute shows what alerts look like. Its own tenant; nothing in it is real. */
const DEMO = {
  features: {
    'flows-per-host': {
      ...{ from: 'flow', key: ['sourceAddress'], where: 'sourceAddress in 10.0.1.0/24' },
      window: { size: '15m', empty: 8 },
      aggregates: { flows: 'count()' },
    },
  },
  sources: [
    { name: 'demo-shop', type: 'demo', scenario: 'shop', historyHours: 36, learning: { lines: 2000, sessions: 2000 } },
    { name: 'demo-auth', type: 'demo', scenario: 'auth', learning: { lines: 2000, sessions: 500 } },
    {
      name: 'demo-network',
      type: 'demo',
      scenario: 'network',
      records: 'packets',
      historyHours: 24,
      features: { series: { measures: ['flows-per-host'] } },
    },
    {
      name: 'demo-devices',
      type: 'demo',
      scenario: 'devices',
      records: 'readings',
      historyHours: 72,
      // Two days are learnt before the third is judged; networks are trained once a day, so that the history is read within seconds.
      detectors: [
        { type: 'forecast', networks: { every: 86_400 } },
        { type: 'device-faults', learn: 2880 },
      ],
    },
  ],
  retention: { maxAge: '30d' },
};

/** What `up` runs without a configuration: this host's own readable logs, records sent to the loopback ingest port, and the demo. */
export async function defaultConfig(): Promise<unknown> {
  const { tenants } = builtInConfig(readable) as { tenants: { default: { sources: unknown[] } } };
  const journal = hasJournal() ? [{ name: 'journal', type: 'journald' }] : [];
  return { tenants: { default: { ...tenants.default, sources: [...journal, ...tenants.default.sources] }, demo: DEMO } };
}
