import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { dataset, missing, needs } from '../../../src/testing/datasets.ts';
import { CliFolder } from '../../e2e/run-cli.ts';

const SCRIPT = join(import.meta.dirname, 'suricata.sh');
const RULES = join(import.meta.dirname, 'test.rules');
const CAPTURE = 'packets/stratospherelinuxips__malicious-ssh-bruteforce.pcap.gz';
const isAbsent = spawnSync(SCRIPT, ['path']).status !== 0;
const reason = isAbsent ? ' (skipped: suricata is not installed; test/engines/suricata/suricata.sh install)' : '';

interface Analysis {
  readonly alerts: readonly { readonly detector: string; readonly title: string; readonly techniques: readonly string[] }[];
  readonly incidents: readonly {
    readonly id: string;
    readonly detectors: readonly string[];
    readonly alerts: number;
    readonly band: string;
  }[];
}

describe('Suricata', () => {
  const folder = new CliFolder();
  afterAll(() => folder.remove());

  it.skipIf(isAbsent || missing(CAPTURE))(
    needs(`over a capture: its alerts and the capture's anomalies are one incident${reason}`, CAPTURE),
    () => {
      const capture = folder.file('bruteforce.pcap');
      writeFileSync(capture, gunzipSync(readFileSync(dataset(CAPTURE) as string)));
      const out = folder.file('suricata');
      mkdirSync(out);
      const ran = spawnSync(SCRIPT, ['run', capture, out, RULES], { encoding: 'utf8', timeout: 120_000 });
      expect(ran.status, ran.stderr).toBe(0);
      expect(folder.run(['analyze', capture, '-o', 'json']).status).toBe(0);
      const both = folder.run(['analyze', join(out, 'eve.json'), '-o', 'json']);
      expect(both.status, both.stderr).toBe(0);
      const { alerts, incidents } = JSON.parse(both.stdout) as Analysis;
      expect(alerts.map(({ detector, title }) => `${detector}: ${title}`)).toContain(
        'suricata: Many connections begun by one host, and it was answered',
      );
      expect(incidents).toHaveLength(1);
      expect(incidents[0]?.detectors).toEqual(expect.arrayContaining(['packet-windows', 'suricata']));
    },
    180_000,
  );
});
