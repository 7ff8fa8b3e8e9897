import { z } from 'zod';

export const syslogConfig = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for all'),
  udpPort: z.number().int().min(0).max(65535).optional().describe('UDP port; 0 takes a free one. One of the two ports, or TLS, is needed'),
  tcpPort: z.number().int().min(0).max(65535).optional().describe('TCP port; 0 takes a free one'),
  tls: z
    .strictObject({
      port: z.number().int().min(0).max(65535).default(6514).describe('TLS port; 0 takes a free one'),
      key: z.string().describe('PEM file with the private key'),
      certificate: z.string().describe('PEM file with the certificate chain'),
      clientAuthority: z.string().optional().describe('PEM file; when given, clients must show a certificate signed by it'),
    })
    .optional()
    .describe('Syslog over TLS (RFC 5425)'),
  maxMessageBytes: z
    .number()
    .int()
    .min(480)
    .default(64 << 10)
    .describe('A longer message is cut here and counted'),
  maxConnections: z.number().int().min(1).default(1000).describe('Open connections at most'),
  maxConnectionsPerAddress: z.number().int().min(1).default(50).describe('Open connections from one address at most'),
  idleTimeoutMs: z.number().int().min(100).default(600_000).describe('A connection that is silent for this long is closed'),
  queueBytes: z
    .number()
    .int()
    .min(1024)
    .default(32 << 20)
    .describe('Bytes that may wait; TCP senders are slowed beyond, UDP messages dropped and counted'),
  senderShare: z.number().positive().max(1).default(0.5).describe('Share of the queue that one address may take'),
  batchBytes: z
    .number()
    .int()
    .min(1)
    .default(1 << 20)
    .describe('Messages are gathered until they are this many bytes'),
  gatherMs: z.number().int().min(0).default(50).describe('How long a message waits for more, in milliseconds'),
});

export type SyslogConfig = z.output<typeof syslogConfig>;
