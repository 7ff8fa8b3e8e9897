import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { z } from 'zod';
import { define, durationMicros, type Sink } from '../../core/index.ts';
import { deliveryFailed } from '../delivery.ts';
import { SYSLOG_FORMS, syslogMessage } from './format.ts';

const config = z.strictObject({
  endpoint: z
    .string()
    .regex(/^(?:udp|tcp):\/\/(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'is not udp://host:port or tcp://host:port')
    .describe('receiver, such as udp://siem.example:514 or tcp://siem.example:601'),
  format: z
    .enum(SYSLOG_FORMS)
    .default('rfc5424')
    .describe('message: structured data of RFC 5424, Common Event Format, or JSON in ECS or OCSF'),
  facility: z.int().min(0).max(23).default(13).describe('syslog facility; 13 is log audit'),
  hostname: z.string().min(1).max(255).optional().describe('HOSTNAME of the messages; absent = the name of this host'),
  application: z.string().min(1).max(48).default('vedette').describe('APP-NAME of the messages'),
  enterprise: z.int().positive().default(32473).describe('private enterprise number of the structured data'),
  timeout: durationMicros().prefault('10s').describe('time for one delivery'),
});

/**
 * TCP frames by octet counting (RFC 6587); a delivery is done when all bytes were sent and the receiver has closed its side or
 * stayed silent for a second. Syslog knows no acknowledgement: what dies with the receiver is lost. UDP: one datagram each.
 */
export default define({
  name: 'syslog',
  summary: 'alerts as syslog messages over UDP or TCP',
  config,
  create(options): Sink {
    const url = new URL(options.endpoint);
    const [host, port] = [url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || options.endpoint.split(':').at(-1))];
    const header = { ...options, hostname: options.hostname ?? hostname() };
    const timeout = options.timeout / 1000;
    const send = url.protocol === 'udp:' ? sendDatagrams : sendStream;
    return {
      async deliver(alerts) {
        if (alerts.length === 0) return;
        const messages = alerts.map((alert) => Buffer.from(syslogMessage(alert, header, options.format)));
        try {
          await send(host, port, messages, timeout);
        } catch (cause) {
          const why = cause instanceof Error ? cause.message : String(cause);
          throw deliveryFailed('syslog', options.endpoint, why, 'check the address and that the receiver listens', cause);
        }
      },
      async close() {},
    };
  },
});

/** Below the 65,507 bytes a UDP datagram over IPv4 can carry. */
const MOST_DATAGRAM = 65_000;

async function sendDatagrams(host: string, port: number, messages: readonly Buffer[], timeout: number): Promise<void> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('did not take the datagrams in time')), timeout);
      socket.on('error', reject);
      const next = (i: number) => {
        if (i === messages.length) {
          clearTimeout(timer);
          resolve();
          return;
        }
        socket.send((messages[i] as Buffer).subarray(0, MOST_DATAGRAM), port, host, (error) => {
          if (error === null) next(i + 1);
          else reject(error);
        });
      };
      next(0);
    });
  } finally {
    socket.close();
  }
}

/** Time a receiver has to refuse what was sent before it counts as taken. */
const GRACE_MILLIS = 1_000;

async function sendStream(host: string, port: number, messages: readonly Buffer[], timeout: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port });
    const done = () => {
      resolve();
      socket.destroy();
    };
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeout, () => fail(new Error('did not take the messages in time')));
    socket.on('error', fail);
    socket.on('connect', () => {
      const frames = messages.flatMap((message) => [Buffer.from(`${message.length} `), message]);
      socket.end(Buffer.concat(frames));
    });
    socket.on('finish', () => setTimeout(done, GRACE_MILLIS));
    socket.on('close', done);
    socket.resume();
  });
}
