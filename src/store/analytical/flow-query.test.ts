import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBatch } from '../../core/index.ts';
import type { Home, TenantStore } from '../contract.ts';
import { openHome } from '../home.ts';
import { DAY, epochCommit, temporaryFolder } from '../testing/fixtures.ts';

const folder = temporaryFolder();
let home: Home;
let tenant: TenantStore;
beforeEach(async () => {
  home = await openHome(folder.path);
  tenant = await home.tenant('acme');
});
afterEach(async () => {
  await home.close();
  folder.remove();
});

interface Flow {
  readonly from: number;
  readonly to: number;
  readonly port: number;
  readonly forward: number;
  readonly backward: number;
}

/** Flows of 10.0.0.x, one a second. */
function flowBatch(flows: readonly Flow[]): EventBatch {
  const ints = (of: (flow: Flow, row: number) => number) => Int32Array.from(flows, of);
  const doubles = (of: (flow: Flow, row: number) => number) => Float64Array.from(flows, of);
  const addresses = (of: (flow: Flow) => number) => {
    const bytes = new Uint8Array(flows.length * 16);
    for (const [row, flow] of flows.entries()) bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, of(flow)], row * 16);
    return bytes;
  };
  const rows = flows.length;
  return {
    kind: 'flow',
    rows,
    source: 'net',
    origin: { input: 'a.pcap', offset: doubles((_, row) => row), line: doubles(() => 0), length: ints(() => 1) },
    columns: {
      time: doubles((_, row) => DAY + row * 1e6),
      sourceAddress: addresses(({ from }) => from),
      sourcePort: ints((_, row) => 40_000 + row),
      destinationAddress: addresses(({ to }) => to),
      destinationPort: ints(({ port }) => port),
      protocol: ints(() => 6),
      durationMicros: doubles(() => 5),
      forwardBytes: doubles(({ forward }) => forward),
      backwardBytes: doubles(({ backward }) => backward),
      forwardPackets: doubles(() => 1),
      backwardPackets: doubles(() => 1),
      state: { codes: ints(() => 0), values: ['closed'] },
    },
  };
}

describe('flows', () => {
  it('come newest first in pages, by address, and summed by who sent most', async () => {
    const flow = (from: number, to: number, port: number, forward: number, backward: number) => ({ from, to, port, forward, backward });
    await tenant.events.append(flowBatch([flow(1, 9, 443, 10, 100), flow(2, 9, 443, 20, 200), flow(1, 8, 53, 1, 2), flow(3, 9, 22, 5, 5)]));
    await tenant.commitEpoch(epochCommit(1));
    const first = await tenant.events.flows({ limit: 3 });
    expect(first.items.map(({ sourceAddress, destinationPort }) => `${sourceAddress}>${destinationPort}`)).toEqual([
      ...['10.0.0.3>22', '10.0.0.1>53', '10.0.0.2>443'],
    ]);
    expect(first.items[0]).toMatchObject({ time: DAY + 3e6, protocol: 6, state: 'closed', forwardBytes: 5, sourcePort: 40_003 });
    const second = await tenant.events.flows({ limit: 3, cursor: first.cursor as string });
    expect(second.items.map(({ sourcePort }) => sourcePort)).toEqual([40_000]);
    expect(second.cursor).toBeUndefined();
    expect((await tenant.events.flows({ address: '10.0.0.1', peer: '10.0.0.8' })).items).toHaveLength(1);
    const talkers = await tenant.events.talkers({}, 'address');
    expect(talkers.map(({ name, sentBytes, receivedBytes, peers }) => [name, sentBytes, receivedBytes, peers])).toEqual([
      ['10.0.0.9', 305, 35, 3],
      ['10.0.0.2', 20, 200, 1],
      ['10.0.0.1', 11, 102, 2],
      ['10.0.0.3', 5, 5, 1],
      ['10.0.0.8', 2, 1, 1],
    ]);
    expect((await tenant.events.talkers({ port: 443 }, 'service')).map(({ name, flows }) => [name, flows])).toEqual([['6/443', 2]]);
    expect((await tenant.events.talkers({ from: DAY + 3e6 }, 'pair')).map(({ name }) => name)).toEqual(['10.0.0.3 10.0.0.9']);
    expect(await tenant.events.flowVolume({ from: DAY, to: DAY + 4e6 }, 2)).toEqual({
      ...{ start: DAY, binMicros: 2e6, flows: [2, 2], bytes: [330, 13], total: 4 },
    });
    await expect(tenant.events.flows({ cursor: 'W10' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('are listed with what models said of them, and with their label where the record brought one', async () => {
    const flow = (from: number) => ({ from, to: 9, port: 22, forward: 1, backward: 1 });
    const said = (name: string, flagged: boolean) => ({
      detector: 'flow-classifier',
      model: 'fc@2',
      class: name,
      probability: 0.9,
      pValue: 0.002,
      flagged,
    });
    const texts = [
      { label: 'Malicious', predictions: [said('PortScan', true)] },
      { label: 'NeedManualLabel', predictions: [said('BENIGN', false)] },
      {},
      {
        predictions: [
          said("it's 100 % _odd_", true),
          { detector: 'isolation-forest', model: 'if@1', class: 'normal', pValue: 0.4, flagged: false },
        ],
      },
    ].map((attributes) => new TextEncoder().encode(JSON.stringify(attributes)));
    const end = Int32Array.from(texts, (_, row) => texts.slice(0, row + 1).reduce((sum, { length }) => sum + length, 0));
    const start = Int32Array.from(texts, (_, row) => (row === 0 ? 0 : (end[row - 1] as number)));
    const batch = flowBatch([1, 2, 3, 4].map(flow));
    const origin = { ...batch.origin, line: Float64Array.of(11, 12, 13, 14) };
    await tenant.events.append({
      ...batch,
      origin,
      columns: { ...batch.columns, attributes: { bytes: Buffer.concat(texts), start, end } },
    });
    await tenant.commitEpoch(epochCommit(1));
    const first = await tenant.events.predictions({ limit: 2 });
    expect(first.items.map(({ row, predicted, actual }) => [row, predicted, actual])).toEqual([
      [14, "it's 100 % _odd_", undefined],
      [12, 'BENIGN', undefined],
    ]);
    const second = await tenant.events.predictions({ limit: 2, cursor: first.cursor as string });
    expect(second.items).toMatchObject([
      {
        row: 11,
        predicted: 'PortScan',
        probability: 0.9,
        pValue: 0.002,
        model: 'fc@2',
        flagged: true,
        actual: 'Malicious',
        sourceAddress: '10.0.0.1',
      },
    ]);
    expect(second.cursor).toBeUndefined();
    const rows = async (query: object) => (await tenant.events.predictions(query)).items.map(({ row, model }) => `${row} ${model}`);
    expect(await rows({ detector: 'isolation-forest' })).toEqual(['14 if@1']);
    expect(await rows({ class: "it's 100 % _odd_" })).toEqual(['14 fc@2']);
    expect(await rows({ flagged: true })).toEqual(['14 fc@2', '11 fc@2']);
    expect(await rows({ flagged: false, address: '10.0.0.2' })).toEqual(['12 fc@2']);
  });
});
