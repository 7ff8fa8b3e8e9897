import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DictColumn, dictAt, type EventBatch } from '../../../core/index.ts';
import { listInputs, readBytes } from '../../../sources/index.ts';
import { dataset, missing, needs } from '../../../testing/datasets.ts';
import { ethernet, ipv4, pcap, tcp } from '../../../testing/packets.ts';
import { CaptureReader } from '../capture/reader.ts';
import { PacketSignatures } from './index.ts';

const CLIENT = '10.0.0.5';
const SERVER = '192.0.2.80';
const T0 = 1.6e15;

interface Segment {
  readonly fromServer?: boolean;
  readonly payload: Uint8Array | string;
  readonly port?: number;
  readonly server?: string;
}

function frame({ fromServer = false, payload, port = 80, server = SERVER }: Segment, i: number) {
  const [from, to] = fromServer ? [server, CLIENT] : [CLIENT, server];
  const ports = fromServer ? { from: port, to: 50_000 } : { from: 50_000, to: port };
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  return {
    time: T0 + i * 1000,
    bytes: ethernet(0x0800, ipv4({ from, to, protocol: 6, payload: tcp({ ...ports, flags: 24, payload: bytes }) })),
  };
}

function idsOf(events: readonly EventBatch[]): string[] {
  return events.flatMap(({ rows, columns }) => Array.from({ length: rows }, (_, row) => dictAt(columns.ruleId as DictColumn, row) ?? ''));
}

async function told(segments: readonly Segment[]): Promise<string[]> {
  const signatures = new PacketSignatures();
  const events: EventBatch[] = [];
  for await (const batch of new CaptureReader({ input: 'c' }).read([pcap(segments.map(frame))]))
    events.push(...signatures.take(batch, 't'));
  return idsOf(events);
}

/** A program's first bytes: DOS header, and where it says the PE header. */
const PROGRAM = (() => {
  const bytes = Buffer.alloc(300);
  bytes.write('MZ', 0);
  bytes.writeUInt32LE(128, 60);
  bytes.write('PE\0\0', 128);
  return bytes.toString('latin1');
})();
const answer = (header: string, body = '') => `HTTP/1.1 200 OK\r\n${header}\r\n\r\n${body}`;

function element(tag: number, ...content: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const all = Buffer.concat(content.map((part) => Uint8Array.from(part)));
  const length = all.length < 128 ? [all.length] : [0x82, all.length >> 8, all.length & 255];
  return Uint8Array.from([tag, ...length, ...all]);
}
const name = (...values: readonly string[]) =>
  element(0x30, ...values.map((value) => element(0x31, element(0x30, element(6, [0x55, 4, 3]), element(0x0c, Buffer.from(value))))));

/** Server hello and certificate message in one record. */
function certificate(issuer: Uint8Array, subject: Uint8Array): Uint8Array {
  const validity = element(0x30, element(0x17, Buffer.from('220421100846Z')), element(0x17, Buffer.from('230421100846Z')));
  const tbs = element(
    0x30,
    element(0xa0, element(2, [2])),
    element(2, [1, 2, 3]),
    element(0x30, element(6, [42, 3])),
    issuer,
    validity,
    subject,
  );
  const der = element(0x30, tbs, element(0x30, element(6, [42, 3])), element(3, new Uint8Array(64)));
  const long = (value: number) => [value >> 16, (value >> 8) & 255, value & 255];
  const message = Buffer.concat([Uint8Array.from([11, ...long(der.length + 6), ...long(der.length + 3), ...long(der.length)]), der]);
  const hello = Buffer.concat([Uint8Array.from([2, 0, 0, 38, 3, 3]), new Uint8Array(36)]);
  const records = (part: Uint8Array) => Buffer.concat([Uint8Array.from([22, 3, 3, part.length >> 8, part.length & 255]), part]);
  return Buffer.concat([records(hello), records(message)]);
}

/** A client hello, with or without the name of the server. */
function hello(server?: string): Uint8Array {
  const host = Buffer.from(server ?? '');
  const extension =
    server === undefined
      ? Buffer.from([0, 23, 0, 0])
      : Buffer.concat([Buffer.from([0, 0, 0, host.length + 5, 0, host.length + 3, 0, 0, host.length]), host]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32),
    Buffer.from([0, 0, 2, 0xc0, 0x2f, 1, 0, extension.length >> 8, extension.length & 255]),
    extension,
  ]);
  const message = Buffer.concat([Buffer.from([1, 0, body.length >> 8, body.length & 255]), body]);
  return Buffer.concat([Buffer.from([22, 3, 1, message.length >> 8, message.length & 255]), message]);
}

describe('programs over HTTP', () => {
  it('are low where the answer says so, more where it says text or picture, and nothing where they are packed or no programs', async () => {
    const from = (payload: string) => told([{ fromServer: true, payload }]);
    expect(await from(answer('Content-Type: application/x-msdownload', PROGRAM))).toEqual(['program-download']);
    expect(await from(answer('content-type:  text/plain; charset=utf-8', PROGRAM))).toEqual(['disguised-program']);
    expect(await from(answer('Content-Type: image/png', PROGRAM))).toEqual(['disguised-program']);
    expect(await from(answer('Content-Type: text/html\r\nContent-Encoding: gzip', PROGRAM))).toEqual([]);
    expect(
      await from(answer('Content-Type: text/plain', 'MZ is how a program of DOS begins, and this is none of them: '.repeat(9))),
    ).toEqual([]);
  });

  it('are seen in the segment after the header, and in no later one', async () => {
    const parts = [answer('Content-Type: image/gif'), PROGRAM, PROGRAM].map((payload) => ({ fromServer: true, payload }));
    expect(await told(parts)).toEqual(['disguised-program']);
    expect(await told(parts.slice(1))).toEqual([]);
    const other = answer('Content-Type: image/gif', 'GIF89a');
    expect(await told([{ fromServer: true, payload: other }, ...parts.slice(1)])).toEqual([]);
  });
});

describe('requests', () => {
  const post = (host: string, path = '/x') => `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  it('posted to a bare address of the internet on an unusual port are told, those to names, ports of browsers and hosts inside are not', async () => {
    const bare = { payload: post('203.1.2.3:7080'), port: 7080, server: '203.1.2.3' };
    expect(await told([bare, bare])).toEqual(['bare-address-post']);
    expect(await told([{ ...bare, port: 80 }])).toEqual([]);
    expect(await told([{ ...bare, payload: post('example.org:7080') }])).toEqual([]);
    expect(await told([{ ...bare, server: '10.9.9.9' }])).toEqual([]);
    expect(await told([{ payload: post('srv', '/wsman?PSVersion=5.1'), port: 5985, server: '10.9.9.9' }])).toEqual(['winrm']);
  });
});

describe('servers on the internet', () => {
  const server = '203.1.2.3';
  const meet = (client: Uint8Array, issuer: Uint8Array, subject: Uint8Array, at = server) =>
    told([
      { payload: client, port: 443, server: at },
      { fromServer: true, payload: certificate(issuer, subject), port: 443, server: at },
    ]);
  it('that vouch for themselves are told where the client names none, and more under the name of an example', async () => {
    expect(await meet(hello(), name('GB', 'vault'), name('GB', 'vault'))).toEqual(['self-signed-server']);
    expect(await meet(hello(), name('GB', 'example.com'), name('GB', 'example.com'))).toEqual(['placeholder-certificate']);
    expect(await meet(hello('vault.org'), name('vault'), name('vault'))).toEqual([]);
    expect(await meet(hello(), name('Some CA'), name('vault'))).toEqual([]);
    expect(await meet(hello(), name('vault'), name('vault'), '192.168.7.7')).toEqual([]);
  });
});

const CAPTURES: Readonly<Record<string, readonly string[]>> = {
  'suricata-verify__20171220_smb_mimikatz_copy_to_host.pcap': ['admin-share', 'program-from-admin-share'],
  'suricata-verify__20171220_smb_psexec_add_user.pcap': ['admin-share', 'program-to-admin-share'],
  'otrf__covenant_copy_smb_CreateRequest_2020-09-22145302.cap': ['admin-share', 'program-to-admin-share'],
  'otrf__empire_psremoting_stager_WORKSTATION6_2020-09-20170827.cap': ['winrm'],
  'ndpi__emotet.pcap': ['placeholder-certificate', 'program-download'],
  'ndpi__trickbot.pcap': ['bare-address-post'],
  'ndpi__netflix.pcap': [],
  'ndpi__443-firefox.pcap': [],
  'ndpi__dos_win98_smb_netbeui.pcap': [],
  'dns-tunneling__24may_benign.pcap': [],
};

describe('captures', () => {
  for (const [file, expected] of Object.entries(CAPTURES)) {
    const path = `packets/${file}.gz`;
    it.skipIf(missing(path))(needs(`${file} in chunks of any size, over a restart`, path), async () => {
      const [input] = await listInputs([dataset(path) as string]);
      const chunks: Uint8Array[] = [];
      for await (const chunk of readBytes(input as NonNullable<typeof input>).chunks) chunks.push(chunk.slice());
      const whole = Buffer.concat(chunks);
      const runs: string[] = [];
      for (const size of [whole.length, 65_537, 4099]) {
        let signatures = new PacketSignatures();
        const events: EventBatch[] = [];
        const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size));
        for await (const batch of new CaptureReader({ input: 'c' }).read(pieces)) {
          events.push(...signatures.take(batch, 't'));
          const again = new PacketSignatures();
          again.restore(deserialize(serialize(signatures.snapshot())));
          signatures = again;
        }
        const found = events.flatMap(({ rows, columns, origin }) =>
          Array.from({ length: rows }, (_, row) => `${origin.line[row]} ${dictAt(columns.ruleId as DictColumn, row)}`),
        );
        runs.push(JSON.stringify(found));
        expect([...new Set(idsOf(events))].sort()).toEqual(expected);
      }
      expect(new Set(runs).size).toBe(1);
    });
  }
});

describe('hostile payloads', () => {
  it('of any bytes, and honest ones with some changed or cut, are read without an error', async () => {
    const smb = Buffer.concat([
      Buffer.from([0, 0, 0, 120]),
      Buffer.from('fe534d42', 'hex'),
      Buffer.alloc(8),
      Buffer.from([3, 0]),
      Buffer.alloc(50),
      Buffer.from([9, 0, 0, 0, 72, 0, 18, 0]),
      Buffer.from('\\\\srv\\c$\\\\', 'utf16le'),
    ]);
    const honest = [
      smb,
      Buffer.from(answer('Content-Type: image/gif', PROGRAM), 'latin1'),
      hello(),
      certificate(name('a', 'b'), name('a', 'b')),
    ];
    const change = fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 }));
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(fc.constantFrom(...honest), fc.array(change, { maxLength: 8 }), fc.nat(2000)).map(([bytes, changes, cut]) => {
        const copy = Uint8Array.from(bytes);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy.subarray(0, Math.max(1, copy.length - (cut % copy.length)));
      }),
    );
    const segment = fc.record({
      fromServer: fc.boolean(),
      payload,
      port: fc.constantFrom(80, 443, 445, 5985),
      server: fc.constantFrom('203.1.2.3', '10.0.0.9'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 12 }), async (segments) => {
        const ids = await told(segments);
        expect(ids.length).toBeLessThanOrEqual(segments.length * 16);
      }),
      { numRuns: 300 },
    );
  });

  it('of many connections are forgotten but for the latest', async () => {
    const segments = Array.from({ length: 6000 }, (_, i) => ({ payload: hello(), port: 1024 + i, server: '203.1.2.3' }));
    const signatures = new PacketSignatures();
    for await (const batch of new CaptureReader({ input: 'c' }).read([pcap(segments.map(frame))])) signatures.take(batch, 't');
    expect(signatures.snapshot().sessions.length).toBe(4096);
  });
});
