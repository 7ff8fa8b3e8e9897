import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { testContext } from '../../testing/context.ts';
import syslog from '../syslog/index.ts';
import { dropsIn, kernelDrops } from './kernel-drops.ts';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:1404 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2222 2 0000000000000000 7
  101: 00000000:1404 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2223 2 0000000000000000 13
`;

const SENT = 400;
const SENDER = `
const socket = require('node:dgram').createSocket('udp4');
const datagram = Buffer.alloc(60000, 'x');
let left = ${SENT};
for (let i = 0; i < ${SENT}; i++) socket.send(datagram, Number(process.argv[1]), '127.0.0.1', () => --left === 0 && socket.close());
`;

it('reads the drops of the socket of an address and port', () => {
  expect(dropsIn(TABLE, 5124, '0.0.0.0')).toBe(13);
  expect(dropsIn(TABLE, 5124, '127.0.0.1')).toBe(7);
  expect(dropsIn(TABLE, 5125, '127.0.0.1')).toBeUndefined();
  expect(dropsIn('nonsense', 5124)).toBeUndefined();
});

it.skipIf(process.platform !== 'linux')(
  'counts datagrams that did not fit the buffer of a socket that was not read [Linux only]',
  async () => {
    const source = syslog.create(syslog.config.parse({ udpPort: 0 }), testContext('syslog'));
    await source.listen?.();
    const port = (source as unknown as { ports: { udp: number } }).ports.udp;
    expect(source.counters().kernel_drops).toBe(0);
    // Nothing is read while another process sends.
    execFileSync(process.execPath, ['-e', SENDER, String(port)]);
    const drops = source.counters().kernel_drops ?? 0;
    expect(drops).toBeGreaterThan(0);
    const taken = () => {
      const { messages = 0, udp_dropped = 0 } = source.counters();
      return messages + udp_dropped;
    };
    for (let i = 0; i < 200 && drops + taken() < SENT; i++) await sleep(10);
    expect(drops + taken()).toBe(SENT);
    await source.close();
    const closed = createSocket('udp4').bind(0, '127.0.0.1');
    await once(closed, 'listening');
    expect(kernelDrops(closed)).toBe(0);
    closed.close();
    expect(kernelDrops(undefined)).toBeUndefined();
  },
);
