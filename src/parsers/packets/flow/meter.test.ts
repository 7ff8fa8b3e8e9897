import { describe, expect, it } from 'vitest';
import { TCP } from '../../../core/index.ts';
import { ethernet, type Frame, ipv4, ipv6, pcap, tcp, udp } from '../../../testing/packets.ts';
import { CaptureReader } from '../capture/reader.ts';
import { FLOW_COLUMNS, FLOW_VALUES } from './columns.ts';
import { communityId } from './community-id.ts';
import { flowLine } from './csv.ts';
import { FLOW_METER_COLUMNS, flowMeterLine } from './flow-meter-csv.ts';
import { FlowMeter, type FlowOptions } from './meter.ts';
import type { FlowRecord } from './record.ts';

const T0 = 1_500_000_000_000_000;
const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const { fin, syn, rst, psh, ack } = TCP;

type Column = (typeof FLOW_VALUES)[number];
interface Flow {
  readonly path: string;
  readonly state: string;
  readonly reason: string;
  readonly values: Readonly<Record<Column, number>>;
  readonly line: string;
  readonly flowMeter: string;
}

async function meter(frames: readonly Frame[], options: FlowOptions = {}): Promise<{ flows: Flow[]; counters: Record<string, number> }> {
  const flows: Flow[] = [];
  const onFlow = (flow: FlowRecord): void => {
    flows.push({
      path: `${flow.source()}:${flow.sourcePort} > ${flow.destination()}:${flow.destinationPort}`,
      state: flow.state,
      reason: flow.reason,
      values: Object.fromEntries(FLOW_VALUES.map((name, i) => [name, flow.values[i]])) as Record<Column, number>,
      line: flowLine(flow, true),
      flowMeter: flowMeterLine(flow),
    });
  };
  const flowMeter = new FlowMeter(onFlow, options);
  for await (const batch of new CaptureReader({ input: 'test' }).read([pcap(frames)])) flowMeter.add(batch);
  flowMeter.flush();
  return { flows, counters: flowMeter.counters() };
}

/** A TCP packet `after` microseconds from the start; `>` from the client, `<` from the server. */
function packet(after: number, way: '>' | '<', flags: number, bytes = 0, window = 1000): Frame {
  const [from, to, source, target] = way === '>' ? [CLIENT, SERVER, 4000, 80] : [SERVER, CLIENT, 80, 4000];
  const segment = tcp({ from: source as number, to: target as number, flags, window, payload: new Uint8Array(bytes) });
  return { time: T0 + after, bytes: ethernet(0x0800, ipv4({ from: from as string, to: to as string, protocol: 6, payload: segment })) };
}

function datagram(after: number, way: '>' | '<', bytes: number): Frame {
  const [from, to, source, target] = way === '>' ? [CLIENT, SERVER, 4000, 9999] : [SERVER, CLIENT, 9999, 4000];
  return {
    time: T0 + after,
    bytes: ethernet(
      0x0800,
      ipv4({
        from: from as string,
        to: to as string,
        protocol: 17,
        payload: udp(source as number, target as number, new Uint8Array(bytes)),
      }),
    ),
  };
}

const only = ({ flows }: { flows: Flow[] }): Flow => {
  expect(flows).toHaveLength(1);
  return flows[0] as Flow;
};

describe('flow columns, by hand', () => {
  it('91 columns, two at the ends of the 81 measured ones', () => {
    expect(FLOW_COLUMNS).toHaveLength(91);
    expect(FLOW_COLUMNS.slice(0, 9)).toEqual([
      'id',
      'Flow ID',
      'Src IP',
      'Src Port',
      'Dst IP',
      'Dst Port',
      'Protocol',
      'Timestamp',
      'Flow Duration',
    ]);
    expect(FLOW_COLUMNS.slice(-3)).toEqual(['Total TCP Flow Time', 'Label', 'Attempted Category']);
  });

  it('a connection closed by both sides, last ACK included', async () => {
    const flow = only(
      await meter([
        packet(0, '>', syn, 0, 1111),
        packet(100, '<', syn | ack, 0, 2222),
        packet(200, '>', ack),
        packet(300, '>', ack | psh, 10),
        packet(500, '<', ack | psh, 30),
        packet(700, '>', ack | fin),
        packet(800, '<', ack | fin),
        packet(1000, '>', ack),
      ]),
    );
    expect(flow.path).toBe('10.0.0.1:4000 > 10.0.0.2:80');
    expect([flow.state, flow.reason]).toEqual(['closed', 'closed']);
    // Payloads forward 0 0 10 0 0, backward 0 30 0. Gaps: 100 100 100 200 200 100 200; forward 200 100 400 300; backward 400 300.
    const expected: Partial<Record<Column, number>> = {
      'Flow Duration': 1000,
      'Total Fwd Packet': 5,
      'Total Bwd packets': 3,
      'Total Length of Fwd Packet': 10,
      'Total Length of Bwd Packet': 30,
      'Fwd Packet Length Max': 10,
      'Fwd Packet Length Min': 0,
      'Fwd Packet Length Mean': 2,
      'Fwd Packet Length Std': Math.sqrt(20),
      'Bwd Packet Length Max': 30,
      'Bwd Packet Length Min': 0,
      'Bwd Packet Length Mean': 10,
      'Bwd Packet Length Std': Math.sqrt(300),
      'Flow Bytes/s': 40_000,
      'Flow Packets/s': 8000,
      'Flow IAT Mean': 1000 / 7,
      'Flow IAT Std': Math.sqrt((160_000 - 1_000_000 / 7) / 6),
      'Flow IAT Max': 200,
      'Flow IAT Min': 100,
      'Fwd IAT Total': 1000,
      'Fwd IAT Mean': 250,
      'Fwd IAT Std': Math.sqrt(50_000 / 3),
      'Fwd IAT Max': 400,
      'Fwd IAT Min': 100,
      'Bwd IAT Total': 700,
      'Bwd IAT Mean': 350,
      'Bwd IAT Std': Math.sqrt(5000),
      'Bwd IAT Max': 400,
      'Bwd IAT Min': 300,
      'Fwd PSH Flags': 1,
      'Bwd PSH Flags': 1,
      'Fwd URG Flags': 0,
      'Bwd URG Flags': 0,
      'Fwd RST Flags': 0,
      'Bwd RST Flags': 0,
      'Fwd Header Length': 100,
      'Bwd Header Length': 60,
      'Fwd Packets/s': 5000,
      'Bwd Packets/s': 3000,
      'Packet Length Min': 0,
      'Packet Length Max': 30,
      'Packet Length Mean': 5,
      'Packet Length Std': Math.sqrt(800 / 7),
      'Packet Length Variance': 800 / 7,
      'FIN Flag Count': 2,
      'SYN Flag Count': 2,
      'RST Flag Count': 0,
      'PSH Flag Count': 2,
      'ACK Flag Count': 7,
      'URG Flag Count': 0,
      'CWR Flag Count': 0,
      'ECE Flag Count': 0,
      'Down/Up Ratio': 0.6,
      'Average Packet Size': 5,
      'Fwd Segment Size Avg': 2,
      'Bwd Segment Size Avg': 10,
      'Fwd Bytes/Bulk Avg': 0,
      'Fwd Packet/Bulk Avg': 0,
      'Fwd Bulk Rate Avg': 0,
      'Bwd Bytes/Bulk Avg': 0,
      'Bwd Packet/Bulk Avg': 0,
      'Bwd Bulk Rate Avg': 0,
      'Subflow Fwd Packets': 0,
      'Subflow Fwd Bytes': 0,
      'Subflow Bwd Packets': 0,
      'Subflow Bwd Bytes': 0,
      'FWD Init Win Bytes': 1111,
      'Bwd Init Win Bytes': 2222,
      'Fwd Act Data Pkts': 1,
      'Fwd Seg Size Min': 20,
      'Active Mean': 0,
      'Active Std': 0,
      'Active Max': 0,
      'Active Min': 0,
      'Idle Mean': 0,
      'Idle Std': 0,
      'Idle Max': 0,
      'Idle Min': 0,
      'ICMP Code': -1,
      'ICMP Type': -1,
      'Total TCP Flow Time': 1000,
    };
    expect(Object.keys(expected)).toEqual([...FLOW_VALUES]);
    for (const name of FLOW_VALUES) expect(flow.values[name], name).toBeCloseTo(expected[name] as number, 6);
    expect(flow.line).toContain(',2017-07-14 02:40:00.000000,1000,5,3,10,30,');
  });

  it('one FIN, and even two from one side, end nothing', async () => {
    const flow = only(
      await meter([
        packet(0, '>', syn),
        packet(1, '<', syn | ack),
        packet(2, '<', fin | ack),
        packet(3, '<', fin | ack),
        packet(9, '>', ack, 5),
      ]),
    );
    expect(flow.values['Total Fwd Packet']).toBe(2);
    expect(flow.state).toBe('established');
  });

  it('after RST only a new SYN begins a new flow', async () => {
    const { flows } = await meter([
      packet(0, '>', syn),
      packet(10, '<', rst | ack),
      packet(20, '>', ack),
      packet(30, '>', syn),
      packet(40, '<', syn | ack),
    ]);
    expect(flows.map((flow) => [flow.values['Total Fwd Packet'], flow.values['Total Bwd packets'], flow.state])).toEqual([
      [2, 1, 'rejected'],
      [1, 1, 'established'],
    ]);
    expect(flows[0]?.values['Bwd RST Flags']).toBe(1);
  });

  it('is cut 120 s after its start and goes on in the same direction', async () => {
    const { flows } = await meter([
      packet(0, '>', syn),
      packet(1, '<', syn | ack),
      packet(119_000_000, '>', ack, 1),
      packet(120_000_001, '<', ack, 7),
    ]);
    expect(flows.map(({ path, reason }) => [path, reason])).toEqual([
      ['10.0.0.1:4000 > 10.0.0.2:80', 'timeout'],
      ['10.0.0.1:4000 > 10.0.0.2:80', 'end'],
    ]);
    expect(flows[0]?.values['Flow Duration']).toBe(119_000_000);
    expect(flows[1]?.values['Total Length of Bwd Packet']).toBe(7);
    expect(flows[1]?.values['Total TCP Flow Time']).toBe(120_000_001);
    expect(flows[1]?.values['Flow Bytes/s']).toBe(-1);
  });

  it('active and idle times part at gaps of more than 5 s; subflows at more than 1 s', async () => {
    const flow = only(await meter([0, 2_000_000, 8_000_000, 8_400_000, 14_000_000].map((after) => datagram(after, '>', 12))));
    // Active 0-2 s and 8-8.4 s, the last stretch is not counted; idle 6 s and 5.6 s; gaps above a second: 2, 6, 5.6.
    expect(flow.values['Active Mean']).toBe(1_200_000);
    expect(flow.values['Active Std']).toBeCloseTo(Math.sqrt(2 * 800_000 ** 2), 3);
    expect([flow.values['Active Max'], flow.values['Active Min']]).toEqual([2_000_000, 400_000]);
    expect([flow.values['Idle Mean'], flow.values['Idle Max'], flow.values['Idle Min']]).toEqual([5_800_000, 6_000_000, 5_600_000]);
    expect(flow.values['Subflow Fwd Packets']).toBeCloseTo(5 / 3, 9);
    expect(flow.values['Subflow Fwd Bytes']).toBe(20);
  });

  it('bulks: four payloads one way within a second of each other, ended by payload the other way', async () => {
    const ways = ['>', '>', '>', '>', '>', '<', '>', '>', '>'] as const;
    const flow = only(await meter(ways.map((way, i) => datagram(i * 100_000, way, 100))));
    expect(flow.values['Fwd Packet/Bulk Avg']).toBe(5);
    expect(flow.values['Fwd Bytes/Bulk Avg']).toBe(500);
    expect(flow.values['Fwd Bulk Rate Avg']).toBe(1250);
    expect(flow.values['Bwd Bytes/Bulk Avg']).toBe(0);
  });

  it('a SYN-ACK first means that the other side began', async () => {
    const flow = only(await meter([packet(0, '<', syn | ack), packet(10, '>', ack)]));
    expect(flow.path).toBe('10.0.0.1:4000 > 10.0.0.2:80');
    expect([flow.values['Total Fwd Packet'], flow.values['Total Bwd packets']]).toEqual([1, 1]);
  });

  it('IPv6, ICMP with type and code', async () => {
    const echo = (type: number): Uint8Array => Uint8Array.from([type, 0, 0, 0, 0, 1, 0, 1, ...new Array<number>(56).fill(0)]);
    const [one, two] = ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:2'];
    const flow = only(
      await meter([
        { time: T0, bytes: ethernet(0x86dd, ipv6(one as string, two as string, 58, echo(128))) },
        { time: T0 + 50, bytes: ethernet(0x86dd, ipv6(two as string, one as string, 58, echo(129))) },
      ]),
    );
    expect(flow.path).toBe('2001:db8::1:0 > 2001:db8::2:0');
    expect([flow.values['ICMP Type'], flow.values['ICMP Code'], flow.values['Total Length of Fwd Packet']]).toEqual([128, 0, 56]);
  });

  it('fragments count with their flow', async () => {
    const whole = udp(4000, 9999, new Uint8Array(2000));
    const frames = [
      [0, 1480],
      [1480, 2008],
    ].map(([from = 0, to = 0]) => ({
      time: T0 + from,
      bytes: ethernet(
        0x0800,
        ipv4({ from: CLIENT, to: SERVER, protocol: 17, payload: whole.slice(from, to), identification: 3, offset: from, more: to < 2008 }),
      ),
    }));
    const flow = only(await meter(frames));
    expect([flow.values['Total Fwd Packet'], flow.values['Total Length of Fwd Packet']]).toEqual([2, 2000]);
  });

  it('the older 39 columns: nanoseconds, names the other way round', async () => {
    const flow = only(await meter([datagram(0, '>', 5), datagram(7, '<', 9)]));
    const cells = flow.flowMeter.split(',');
    expect(cells).toHaveLength(FLOW_METER_COLUMNS.length);
    expect(FLOW_METER_COLUMNS).toHaveLength(39);
    expect(cells.slice(0, 8)).toEqual([
      '10.0.0.2--10.0.0.1--UDP--9999--4000',
      CLIENT,
      SERVER,
      'UDP',
      '4000',
      '9999',
      '7000.000000',
      '2.000000',
    ]);
  });
});

describe('memory', () => {
  it('a SYN flood from forged sources ends the flows unseen longest, and counts them', async () => {
    const flood = Array.from({ length: 5000 }, (_, i): Frame => {
      const from = `${1 + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}.7`;
      return {
        time: T0 + i,
        bytes: ethernet(0x0800, ipv4({ from, to: SERVER, protocol: 6, payload: tcp({ from: 1000 + i, to: 80, flags: syn }) })),
      };
    });
    const { flows, counters } = await meter(flood, { maxFlows: 100 });
    expect(flows).toHaveLength(5000);
    expect(counters).toMatchObject({ flows: 5000, flows_evicted: 4900 });
    expect(flows[0]?.path.startsWith('1.0.0.7')).toBe(true);
  });

  it('more flows than the first table holds are all found again', async () => {
    const open = Array.from(
      { length: 9000 },
      (_, i): Frame => ({
        time: T0 + i,
        bytes: ethernet(0x0800, ipv4({ from: CLIENT, to: SERVER, protocol: 17, payload: udp(i, 9999, new Uint8Array(1)) })),
      }),
    );
    const { flows } = await meter([...open, ...open.map((frame) => ({ ...frame, time: frame.time + 10_000 }))]);
    expect(flows).toHaveLength(9000);
    expect(flows.every((flow) => flow.values['Total Fwd Packet'] === 2)).toBe(true);
  });
});

describe('community id', () => {
  /** Reference values: baseline of github.com/corelight/community-id-spec, seed 0. */
  const cases: [string, string, number, number, number, string][] = [
    ['128.232.110.120', '66.35.250.204', 34855, 80, 6, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    ['66.35.250.204', '128.232.110.120', 80, 34855, 6, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    ['192.168.1.52', '8.8.8.8', 54585, 53, 17, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  ];
  it.each(cases)('%s > %s', (from, to, source, target, protocol, id) => {
    const word = (text: string): number => text.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0);
    const addresses = Int32Array.from([0, 0, 0xffff, word(from), 0, 0, 0xffff, word(to)]);
    expect(communityId({ addresses, sourcePort: source, destinationPort: target, protocol } as FlowRecord, -1, -1)).toBe(id);
  });
});
