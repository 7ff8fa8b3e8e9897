import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '../../../core/index.ts';
import { dataset, missing, needs } from '../../../testing/datasets.ts';
import { dnsQuery } from '../../../testing/packets.ts';
import { CaptureReader } from '../capture/reader.ts';
import { readDhcp } from './dhcp.ts';
import { readDns, readName } from './dns.ts';
import { readBanner, readHttp } from './text.ts';
import { readTls } from './tls.ts';

const FIREFOX = 'packets/ndpi__443-firefox.pcap.gz';
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('TLS client hello', () => {
  it.skipIf(missing(FIREFOX))(needs('JA3, JA4 and name as nDPI prints them for its capture (443-firefox.pcap.out)', FIREFOX), async () => {
    const bytes = gunzipSync(readFileSync(dataset(FIREFOX) as string));
    const hellos: ApplicationEvent[] = [];
    for await (const batch of new CaptureReader({ input: 'firefox' }).read([bytes]))
      hellos.push(...batch.application.filter(({ kind }) => kind === 'tls'));
    expect(hellos).toHaveLength(1);
    expect(hellos[0]).toMatchObject({
      serverName: 'www.ntop.org',
      ja3: 'b20b44b18b853ef29ab773e921b03422',
      ja4: 't13d1814h2_29a2cd9e9f10_d267a5f792d4',
    });
  });

  it('any bytes end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const events: ApplicationEvent[] = [];
        readTls(Uint8Array.from([22, 3, 1, 1, 0, 1, 0, 0, 250, ...noise]), 0, 9 + noise.length, 0, events);
        expect(events.length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 500, seed: 8 },
    );
  });
});

describe('DNS', () => {
  it('names in lower case, odd bytes escaped', () => {
    const message = dnsQuery('WwW.example.org');
    expect(readDns(message, 0, message.length, 3)).toMatchObject({ row: 3, name: 'www.example.org', type: 1, response: false });
    const odd = Uint8Array.from([3, 0, 46, 255, 0]);
    expect(readName(odd, 0, 0, odd.length)).toEqual({ text: '\\000\\046\\255', next: 5 });
  });

  it('a pointer backwards is followed', () => {
    const bytes = Uint8Array.from([1, 98, 0, 1, 97, 0xc0, 0]);
    expect(readName(bytes, 0, 3, bytes.length)).toEqual({ text: 'a.b', next: 7 });
  });

  it('any bytes end, and no name is longer than the protocol allows', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(600), (bytes, at) => {
        const name = readName(bytes, 0, Math.min(at, bytes.length), bytes.length);
        if (name !== undefined) expect(name.text.length).toBeLessThanOrEqual(255 * 4);
      }),
      { numRuns: 500, seed: 9 },
    );
  });
});

describe('text protocols', () => {
  it('HTTP requests and responses', () => {
    const request = ascii('GET /a/b?c HTTP/1.1\r\nHOST: example.org\r\nUser-Agent:  x/1 \r\n\r\nHost: no');
    expect(readHttp(request, 0, request.length, 1)).toEqual({
      kind: 'http',
      row: 1,
      method: 'GET',
      host: 'example.org',
      path: '/a/b?c',
      userAgent: 'x/1',
    });
    const response = ascii('HTTP/1.1 404 Not Found\r\n');
    expect(readHttp(response, 0, response.length, 1)).toEqual({ kind: 'http-response', row: 1, status: 404 });
    expect(readHttp(ascii('GETTING THERE slowly'), 0, 20, 1)).toBeUndefined();
  });

  it('banners come from the lower port', () => {
    const ssh = ascii('SSH-2.0-OpenSSH_9.6\r\n');
    expect(readBanner(ssh, 0, ssh.length, 0, 22, 50_000)).toEqual({ kind: 'banner', row: 0, service: 'ssh' });
    expect(readBanner(ssh, 0, ssh.length, 0, 50_000, 22)).toBeUndefined();
    const ftp = ascii('220 (vsFTPd 3.0.3)\r\n');
    expect(readBanner(ftp, 0, ftp.length, 0, 2121, 50_000)).toMatchObject({ service: 'ftp' });
  });
});

it('DHCP: options without end are cut at the message', () => {
  const message = new Uint8Array(400);
  message.set([0x63, 0x82, 0x53, 0x63, 12, 255], 236);
  expect(readDhcp(message, 0, message.length, 0)).toMatchObject({ message: 0 });
  message.set([0x63, 0x82, 0x53, 0x63, 0, 53, 1, 3], 236);
  expect(readDhcp(message, 0, message.length, 0)).toMatchObject({ message: 3, client: '00:00:00:00:00:00' });
});
