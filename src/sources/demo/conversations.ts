import type { Micros } from '../../core/index.ts';
import { addressBytes, type Segment, TCP, tcpPacket, udpPacket } from './frames.ts';
import type { DemoRecord } from './scenario.ts';

const MILLI = 1000;
const LARGEST = 1400;

export interface Connection {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly port: number;
  /** Bytes by turns, the client first; a number is a server's or client's payload of that many bytes, a text is itself. */
  readonly turns: readonly (number | string)[];
}

/** A TCP connection from its first packet to its last. */
export function connection(random: () => number, begin: Micros, { client, clientPort, server, port, turns }: Connection): DemoRecord[] {
  let time = begin;
  const sent = [Math.floor(random() * 2 ** 31), Math.floor(random() * 2 ** 31)];
  const packets: DemoRecord[] = [];
  const send = (side: 0 | 1, flags: number, payload: Uint8Array = new Uint8Array(0)): void => {
    time += Math.floor((0.2 + random() * 12) * MILLI);
    const ends = side === 0 ? { from: client, fromPort: clientPort, to: server, toPort: port } : swapped(client, clientPort, server, port);
    const segment: Segment = { ...ends, sequence: sent[side] as number, acknowledged: sent[1 - side] as number, flags, payload };
    packets.push(tcpPacket(time, segment));
    sent[side] = ((sent[side] as number) + payload.length + (flags & (TCP.syn | TCP.fin) ? 1 : 0)) >>> 0;
  };
  send(0, TCP.syn);
  send(1, TCP.syn | TCP.ack);
  send(0, TCP.ack);
  turns.forEach((turn, index) => {
    const side = (index % 2) as 0 | 1;
    const payload = typeof turn === 'string' ? new TextEncoder().encode(turn) : noise(random, turn);
    for (let at = 0; at < payload.length; at += LARGEST) send(side, TCP.push | TCP.ack, payload.subarray(at, at + LARGEST));
    send((1 - side) as 0 | 1, TCP.ack);
  });
  send(0, TCP.fin | TCP.ack);
  send(1, TCP.fin | TCP.ack);
  send(0, TCP.ack);
  return packets;
}

const swapped = (client: string, clientPort: number, server: string, port: number) => ({
  ...{ from: server, fromPort: port, to: client, toPort: clientPort },
});

/** A connection request, refused or never answered. */
export function attempt(random: () => number, time: Micros, client: string, server: string, port: number, refused: boolean): DemoRecord[] {
  const [clientPort, sequence] = [1024 + Math.floor(random() * 64_000), Math.floor(random() * 2 ** 31)];
  const ask = { from: client, fromPort: clientPort, to: server, toPort: port, sequence, acknowledged: 0, flags: TCP.syn };
  if (!refused) return [tcpPacket(time, ask)];
  const answer = { ...swapped(client, clientPort, server, port), sequence: 0, acknowledged: sequence + 1, flags: TCP.rst | TCP.ack };
  return [tcpPacket(time, ask), tcpPacket(time + 300, answer)];
}

/** A DNS question of type A and its answer. */
export function lookup(random: () => number, time: Micros, client: string, resolver: string, name: string, answer: string): DemoRecord[] {
  const id = Math.floor(random() * 65_536);
  const port = 1024 + Math.floor(random() * 64_000);
  const question = [...name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]), 0, 0, 1, 0, 1];
  const header = (flags: number, answers: number) => [id >>> 8, id & 255, flags >>> 8, flags & 255, 0, 1, 0, answers, 0, 0, 0, 0];
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, ...addressBytes(answer)];
  const later = time + Math.floor((1 + random() * 20) * MILLI);
  return [
    udpPacket(time, client, port, resolver, 53, Uint8Array.from([...header(0x0100, 0), ...question])),
    udpPacket(later, resolver, 53, client, port, Uint8Array.from([...header(0x8180, 1), ...question, ...record])),
  ];
}

/** A datagram and its answer. */
export function exchange(
  random: () => number,
  time: Micros,
  client: string,
  server: string,
  port: number,
  bytes: readonly [number, number],
): DemoRecord[] {
  const clientPort = 1024 + Math.floor(random() * 64_000);
  const later = time + Math.floor((1 + random() * 30) * MILLI);
  return [
    udpPacket(time, client, clientPort, server, port, noise(random, bytes[0])),
    udpPacket(later, server, port, client, clientPort, noise(random, bytes[1])),
  ];
}

function noise(random: () => number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
}
