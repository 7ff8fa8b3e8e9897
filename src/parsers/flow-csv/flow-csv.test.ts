import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadLetter, DictColumn, EventBatch } from '../../core/index.ts';
import { dictAt } from '../../core/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { createFlowCsvParser, flowTableLayout } from './index.ts';

function read(text: string): { flows: EventBatch | undefined; dead: DeadLetter[] } {
  const dead: DeadLetter[] = [];
  const records = { input: 'x.csv', generation: '', offset: 0, line: 1, bytes: new TextEncoder().encode(text), arrival: 0, last: true };
  const [flows] = createFlowCsvParser('s').parse(records, (letter) => dead.push(letter));
  return { flows, dead };
}

const numberAt = (batch: EventBatch | undefined, name: string, row = 0) =>
  (batch?.columns[name] as Float64Array | Int32Array | undefined)?.[row];

/** 43 cells of NSL-KDD. */
const KDD = `13,tcp,telnet,SF,118,2425${',0'.repeat(35)},guess_passwd,2`;
/** 49 cells of the raw UNSW-NB15 files. */
const UNSW = `59.166.0.0,1390,149.171.126.6,53,udp,CON,0.001055,132,164,31,29,0,0,dns,500473,621800,2,2${',0'.repeat(10)},1421927414,1421927414${',0'.repeat(17)},,0`;

describe('flow tables', () => {
  it('are told by what they say of flows, not by times and addresses alone', () => {
    const told = (line: string) => {
      const layout = flowTableLayout(line);
      return layout && [layout.headed, layout.timed, layout.addressed];
    };
    expect(told('Timestamp,Src IP,Dst IP')).toEqual([true, true, true]);
    expect(told('id,dur,proto,service,state,spkts,dpkts,sbytes,dbytes,label')).toEqual([true, false, false]);
    expect(told('fiveTuple,srcIP,dstIP,protocol,srcPort,dstPort,flowDuration,flowLength,fwdFlowLength,bwdFlowLength')).toEqual([
      true,
      false,
      true,
    ]);
    expect(told(' Destination Port, Flow Duration, Total Fwd Packets, Total Backward Packets, Label')).toEqual([true, false, false]);
    expect(told('duration,protocol_type,service,flag,src_bytes,dst_bytes,label')).toEqual([true, false, false]);
    expect(told(KDD)).toEqual([false, false, false]);
    expect(told(UNSW)).toEqual([false, true, true]);
    for (const other of ['a,b,c', 'duration,bytes,user', KDD.replace('tcp', 'GET'), KDD.replace('SF', 'x'), `${KDD},1`, '1,2,3']) {
      expect(told(other)).toBeUndefined();
    }
  });

  it('of one direction say nothing of an answer: nfdump without the other, AWS VPC flow logs', () => {
    const stateAt = (flows: EventBatch | undefined, row: number) => dictAt(flows?.columns.state as DictColumn, row);
    const nfdump = read(
      [
        'ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt',
        '2026-09-21 14:00:00.000,2026-09-21 14:00:00.010,0.010,10.0.0.3,10.0.0.5,4268,22,TCP,...AP.SF,0,0,9,800,0,0',
        '2026-09-21 14:00:00.000,2026-09-21 14:00:00.010,0.010,10.0.0.3,10.0.0.6,4268,22,TCP,......S.,0,0,1,60,0,0',
        '2026-09-21 14:00:00.000,2026-09-21 14:00:00.010,0.010,10.0.0.3,10.0.0.7,4268,22,TCP,...AP.SF,0,0,9,800,7,600',
      ].join('\n'),
    ).flows;
    expect([0, 1, 2].map((row) => stateAt(nfdump, row))).toEqual(['one-way fin', 'attempt', undefined]);
    expect([0, 2].map((row) => [numberAt(nfdump, 'backwardPackets', row), numberAt(nfdump, 'backwardBytes', row)])).toEqual([
      [Number.NaN, Number.NaN],
      [7, 600],
    ]);
    const aws = read(
      [
        'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status',
        '2 123456789010 eni-1 10.1.0.40 10.1.3.20 1883 42682 6 5 204 1789999200 1789999260 ACCEPT OK',
        '2 123456789010 eni-1 203.0.113.7 10.1.3.20 4000 22 6 1 40 1789999200 1789999201 REJECT OK',
        '2 123456789010 eni-1 - - - - - - - 1789999200 1789999260 - NODATA',
      ].join('\n'),
    );
    expect(aws.dead).toEqual([]);
    expect(aws.flows?.rows).toBe(2);
    expect([0, 1].map((row) => stateAt(aws.flows, row))).toEqual(['one-way', 'rejected']);
    expect([numberAt(aws.flows, 'durationMicros'), numberAt(aws.flows, 'forwardPackets'), numberAt(aws.flows, 'forwardBytes')]).toEqual([
      60_000_000, 5, 204,
    ]);
    expect(flowTableLayout('the time when the source port of srcaddr was tried')).toBeUndefined();
  });

  it('have volumes and durations under the names that firewalls and sensors give them', () => {
    const { flows } = read(
      'start_time,end_time,src_ip,src_port,dst_ip,dst_port,protocol,packets_sent,packets_received,bytes_sent,bytes_received\n2026-09-21 14:00:00.000,2026-09-21 14:00:00.010,10.1.3.20,42681,10.1.0.53,53,17,1,2,79,95\n',
    );
    const named = ['durationMicros', 'forwardPackets', 'backwardPackets', 'forwardBytes', 'backwardBytes'].map((name) =>
      numberAt(flows, name),
    );
    expect(named).toEqual([10_000, 1, 2, 79, 95]);
  });

  it('without a header are rows from the first line on', () => {
    const kdd = read(`${KDD}\n${KDD.replace('tcp', 'udp')}\n1,2\n`);
    expect([kdd.flows?.rows, kdd.dead.length]).toEqual([2, 1]);
    expect(dictAt(kdd.flows?.columns.state as DictColumn, 0)).toBe('SF');
    expect(['time', 'durationMicros', 'forwardBytes', 'backwardBytes', 'protocol'].map((name) => numberAt(kdd.flows, name))).toEqual([
      Number.NaN,
      13e6,
      118,
      2425,
      6,
    ]);
    const unsw = read(UNSW).flows;
    expect(['time', 'durationMicros', 'sourcePort', 'destinationPort', 'forwardPackets'].map((name) => numberAt(unsw, name))).toEqual([
      1421927414e6, 1055, 1390, 53, 2,
    ]);
  });

  it('of FlowMeter count nanoseconds', () => {
    const head = 'fiveTuple,srcIP,dstIP,protocol,srcPort,dstPort,flowDuration,flowLength,fwdFlowLength,bwdFlowLength';
    const { flows, dead } = read(`${head}\nx,10.0.0.1,10.0.0.2,TCP,8080(http-alt),38792,6439342000.000000,50.0,20.0,30.0\n`);
    expect(dead).toEqual([]);
    expect(['durationMicros', 'sourcePort', 'forwardPackets', 'backwardPackets'].map((name) => numberAt(flows, name))).toEqual([
      6439342, 8080, 20, 30,
    ]);
  });

  it('keep every row of a table without a header, or say why not', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('tcp', 'SF', '1', '', '-1', 'nan', '__proto__', '1e999', '"'));
    const rows = fc.array(fc.tuple(fc.constantFrom(KDD, UNSW), fc.array(fc.tuple(fc.nat(48), cell), { maxLength: 5 })), { maxLength: 8 });
    fc.assert(
      fc.property(rows, (changed) => {
        const lines = changed.map(([line, changes]) => {
          const cells = line.split(',');
          for (const [at, value] of changes) cells[at] = value.replaceAll(/[\r\n]/g, ' ');
          return cells.join(',');
        });
        const { flows, dead } = read([KDD, ...lines].join('\n'));
        expect((flows?.rows ?? 0) + dead.length).toBe(1 + lines.length);
      }),
    );
  });

  const SETS = [
    ['flows/nsl-kdd/KDDTest+.txt.gz', 22_544],
    ['flows/unsw-nb15/unsw_nb15_82k_dev.csv.gz', 49_504],
    ['flows/flowmeter/webgoat_flow_stats.csv.gz', 249],
  ] as const;
  it.skipIf(missing(...SETS.map(([name]) => name)))(needs('of data sets are read whole', ...SETS.map(([name]) => name)), () => {
    for (const [name, rows] of SETS) {
      const { flows, dead } = read(gunzipSync(readFileSync(dataset(name) as string)).toString());
      expect([name, flows?.rows, dead.length]).toEqual([name, rows, 0]);
    }
  });
});
