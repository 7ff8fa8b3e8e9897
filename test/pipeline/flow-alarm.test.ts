import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type RecordBatch, seededRandom, silentLogger } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { loadComponents } from '../../src/pipeline/catalogue.ts';
import { backtest, pipelineSchema } from '../../src/pipeline/index.ts';
import type { Finding } from '../../src/pipeline/lane/lane.ts';
import { openHome } from '../../src/store/index.ts';
import { epochCommit, temporaryFolder } from '../../src/store/testing/fixtures.ts';
import { dataset, missing, needs } from '../../src/testing/datasets.ts';
import { readFlows, readStoredFlowBatches } from '../../src/training/flows/index.ts';
import { runLane } from './lane-under-test.ts';

const CIC = 'flows/cicids2017-improved/cicids2017_improved_dev.csv.gz';
const MONDAY = Date.UTC(2017, 6, 4) * 1000;

/** Real flows as a Zeek sensor would have logged them, in order of their end. */
async function connLog(keep: (label: string, time: number) => boolean): Promise<{ lines: string[]; labels: string[] }> {
  const table = await readFlows([dataset(CIC) as string], { label: 'Label' });
  const column = (name: string) => table.columns.find((one) => one.name === name)?.values as Float64Array;
  const [duration, protocol, out, back, packetsOut, packetsBack] = [
    'Flow Duration',
    'Protocol',
    'Total Length of Fwd Packet',
    'Total Length of Bwd Packet',
    'Total Fwd Packet',
    'Total Bwd packets',
  ].map(column) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const rows = Array.from({ length: table.rows }, (_, row) => row)
    .filter((row) => keep(table.labels?.[row] as string, table.time[row] as number))
    .sort((a, b) => (table.time[a] as number) + (duration[a] as number) - (table.time[b] as number) - (duration[b] as number) || a - b);
  const lines = rows.map((row) =>
    JSON.stringify({
      ts: (table.time[row] as number) / 1e6,
      uid: `C${row}`,
      'id.orig_h': table.source[row],
      'id.orig_p': table.sourcePort[row],
      'id.resp_h': table.destination[row],
      'id.resp_p': table.destinationPort[row],
      proto: protocol[row] === 6 ? 'tcp' : 'udp',
      duration: (duration[row] as number) / 1e6,
      orig_bytes: out[row],
      resp_bytes: back[row],
      orig_pkts: packetsOut[row],
      resp_pkts: packetsBack[row],
    }),
  );
  return { lines, labels: rows.map((row) => table.labels?.[row] as string) };
}

function batches(lines: readonly string[], sizes: () => number): RecordBatch[] {
  const out: RecordBatch[] = [];
  let offset = 0;
  for (let from = 0; from < lines.length; ) {
    const to = Math.min(lines.length, from + sizes());
    const bytes = new TextEncoder().encode(`${lines.slice(from, to).join('\n')}\n`);
    out.push({
      input: 'conn.log',
      generation: 'g',
      offset,
      line: from + 1,
      bytes,
      arrival: Date.UTC(2018, 0) * 1000,
      last: to === lines.length,
    });
    offset += bytes.length;
    from = to;
  }
  return out;
}

async function makeLane(sessions = 500) {
  const value = {
    tenants: {
      t: {
        sources: [
          {
            type: 'directory',
            name: 'zeek',
            path: '/nowhere',
            records: 'sensor',
            learning: { sessions },
            detectors: [{ type: 'flow-alarm' }],
          },
        ],
      },
    },
  };
  const { config } = checkConfig(value, await pipelineSchema());
  const tenant = config.tenants.t;
  const [source] = tenant?.sources ?? [];
  if (tenant === undefined || source === undefined) throw new Error('no source');
  const components = await loadComponents();
  return buildLane(source, tenant, { tenant: 't', config, components, clock: { now: () => 0 }, log: silentLogger });
}

describe.skipIf(missing(CIC))(needs('flows of a sensor, unlike ordinary ones', CIC), () => {
  it('are what a backtest over the stored flows raises', { timeout: 120_000 }, async () => {
    const { lines } = await connLog((label, time) => (label === 'BENIGN' && time < MONDAY + 86_400e6) || label === 'FTP-Patator');
    const folder = temporaryFolder();
    const home = await openHome(folder.path);
    try {
      const store = await home.tenant('t');
      const lane = await makeLane();
      const live: Finding['detection'][] = [];
      for (const batch of [...batches(lines, () => 5_000), undefined]) {
        const { findings, events } = await (batch === undefined ? lane.end() : lane.process(batch));
        live.push(...findings.map(({ detection }) => detection));
        for (const { batch: stored } of events) await store.events.append(stored);
      }
      await store.commitEpoch(epochCommit(1));
      const { files } = await store.events.stored({ kind: 'flow' });
      const {
        lines: read,
        raised,
        status,
      } = await backtest({
        ...{ tenant: 't', source: lane.source, detector: { type: 'flow-alarm' }, promise: 0.001, seed: 1 },
        lines: (async function* () {})(),
        flows: readStoredFlowBatches(files, { source: 'zeek', most: 1_000_000 }),
      });
      expect(read).toBe(lines.length);
      const ordered = (of: readonly { readonly entity: string; readonly pValue: number }[]) =>
        of.map(({ entity, pValue }) => `${entity} ${pValue}`).sort();
      expect(live.length).toBeGreaterThanOrEqual(3);
      expect(ordered(raised)).toEqual(ordered(live));
      expect(status).toMatchObject({ scored: 556, flagged: live.length });
    } finally {
      await home.close();
      folder.remove();
    }
  });

  it('raise alerts with the flows behind them, the same for any batches and over a restart', async () => {
    const { lines, labels } = await connLog((label, time) => (label === 'BENIGN' && time < MONDAY + 86_400e6) || label === 'FTP-Patator');
    const lane = await makeLane();
    const found: Finding['detection'][] = [];
    for (const batch of batches(lines, () => 500)) found.push(...(await lane.process(batch)).findings.map(({ detection }) => detection));
    found.push(...(await lane.end()).findings.map(({ detection }) => detection));
    const attack = found.filter(({ entity }) => entity === '172.16.0.1');
    expect(attack.map(({ key, related }) => [key, related])).toEqual(Array(3).fill(['172.16.0.1 > 192.168.10.50', ['192.168.10.50']]));
    // of 553 benign windows one in a thousand is promised
    expect(found.length - attack.length).toBeLessThanOrEqual(1);
    for (const { evidence, title, explanation, severity } of attack) {
      expect(evidence.map(({ line }) => labels[line - 1])).toEqual(Array(10).fill('FTP-Patator'));
      expect(title).toMatch(/flows from 172\.16\.0\.1 to 192\.168\.10\.50 \(10 of them looked at\) are unlike ordinary ones/);
      expect(explanation.contributions.map(({ subject, observed }) => `${subject} ${observed}`)).toContain('the port 21/TCP');
      expect(severity).toBeGreaterThanOrEqual(25);
    }
    // 500 windows cannot resolve one in a thousand, and the status says so
    expect(lane.scorers[0]?.status()).toMatchObject({
      state: 'ready',
      promisedRate: 0.001,
      extrapolated: true,
      scored: 556,
      flagged: found.length,
    });
    const random = seededRandom(5);
    const make = () => makeLane();
    const whole = await runLane(
      make,
      batches(lines, () => lines.length),
    );
    expect(
      await runLane(
        make,
        batches(lines, () => 100 + Math.floor(random() * 900)),
        [3, 7],
      ),
    ).toEqual(whole);
  }, 240_000);

  it('raise no more than promised in a week of benign flows, while the calibration follows them', async () => {
    const { lines } = await connLog((label) => label === 'BENIGN');
    const lane = await makeLane(1000);
    for (const batch of batches(lines, () => 500)) await lane.process(batch);
    await lane.end();
    const status = lane.scorers[0]?.status();
    expect(status).toMatchObject({ extrapolated: false, scored: 1385 });
    // 1.4 are promised; a calibration of the first day alone raises 5
    expect(status?.flagged).toBeLessThanOrEqual(2);
  }, 240_000);
});
