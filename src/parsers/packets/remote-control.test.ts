import { describe, expect, it } from 'vitest';
import { type DictColumn, dictAt, type EventBatch } from '../../core/index.ts';
import { listInputs, readBytes } from '../../sources/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { ethernet, ipv4, pcap, tcp } from '../../testing/packets.ts';
import { CaptureReader } from './capture/reader.ts';
import { remoteControlOf } from './remote-control.ts';
import { requestsOf } from './requests.ts';

const SMB = 'packets/suricata-verify__20171220_smb_psexec_add_user.pcap.gz';
const QUIET = ['packets/ndpi__dos_win98_smb_netbeui.pcap.gz', 'packets/ndpi__443-firefox.pcap.gz'];

async function of(path: string): Promise<{ found: Record<string, number>; events: EventBatch[] }> {
  const [input] = await listInputs([path]);
  const events: EventBatch[] = [];
  if (input === undefined) throw new Error(`${path} is absent`);
  for await (const batch of new CaptureReader({ input: 'c' }).read(readBytes(input).chunks)) events.push(...remoteControlOf(batch, 't'));
  const ids = events.flatMap((batch) =>
    Array.from({ length: batch.rows }, (_, row) => dictAt(batch.columns.ruleId as DictColumn, row) ?? ''),
  );
  const found: Record<string, number> = {};
  for (const id of ids) found[id] = (found[id] ?? 0) + 1;
  return { found, events };
}

async function packet(payload: Uint8Array) {
  const frame = ethernet(
    0x0800,
    ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol: 6, payload: tcp({ from: 4000, to: 135, flags: 24, payload }) }),
  );
  const out: { control: EventBatch[]; requests: EventBatch[] } = { control: [], requests: [] };
  for await (const batch of new CaptureReader({ input: 'c' }).read([pcap([{ time: 1.6e15, bytes: frame }])])) {
    out.control.push(...remoteControlOf(batch, 't'));
    out.requests.push(...requestsOf(batch, 't'));
  }
  return out;
}

/** A DCE/RPC bind of one interface. */
function bind(type: number, uuid: string): Uint8Array {
  const header = [5, 0, type, 3, 16, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0, 184, 16, 184, 16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
  return Uint8Array.from([...header, ...Buffer.from(uuid, 'hex'), 2, 0, 0, 0, ...new Array<number>(20).fill(0)]);
}

describe('remote control of Windows hosts', () => {
  it('is told by the interface that a bind names, and by nothing else', async () => {
    const replication = '354251e3064bd111ab0400c04fc2dcd2';
    const { control } = await packet(bind(11, replication));
    expect(control.map(({ columns }) => dictAt(columns.ruleId as DictColumn, 0))).toEqual(['directory-replication']);
    expect((await packet(bind(0, replication))).control).toEqual([]);
    expect((await packet(bind(11, '00'.repeat(16)))).control).toEqual([]);
    expect((await packet(Uint8Array.from({ length: 2000 }, (_, i) => (i * 7) & 255))).control).toEqual([]);
  });

  it.skipIf(missing(SMB, ...QUIET))(needs('is found where PsExec was used, and not in ordinary sessions', SMB, ...QUIET), async () => {
    expect(Object.keys((await of(dataset(SMB) as string)).found).sort()).toEqual(['psexec', 'remote-service']);
    for (const quiet of QUIET) expect((await of(dataset(quiet) as string)).found).toEqual({});
  });

  it('requests over HTTP are events with path and user agent', async () => {
    const { requests } = await packet(new TextEncoder().encode('GET /a?q=1 HTTP/1.1\r\nHost: shop\r\nUser-Agent: tool/1\r\n\r\n'));
    const [batch] = requests;
    expect(batch).toMatchObject({ kind: 'http', rows: 1, source: 't' });
    expect(['method', 'host', 'userAgent'].map((name) => dictAt(batch?.columns[name] as DictColumn, 0))).toEqual(['GET', 'shop', 'tool/1']);
  });
});
