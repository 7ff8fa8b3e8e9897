import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { VedetteError } from '../../core/index.ts';

/** Datagrams the system keeps while the loop is busy. */
const RECEIVE_BYTES = 4 << 20;

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  /** Of the source, for what is said when the port cannot be had. */
  readonly name: string;
  readonly message: (datagram: Buffer, from: RemoteInfo) => void;
  /** Anything the socket says once it is bound. */
  readonly failed: () => void;
}

/** A bound socket. INPUT_UNREADABLE where the port cannot be had. */
export async function openUdp({ host, port, name, message, failed }: UdpOptions): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BYTES });
  socket.on('message', message);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, resolve);
    });
  } catch (cause) {
    socket.close();
    throw new VedetteError('INPUT_UNREADABLE', `source ${name}: UDP ${host}:${port}: ${(cause as Error).message}`, {
      hint: 'choose a free port; ports below 1024 need privileges',
      cause,
    });
  }
  socket.removeAllListeners('error');
  socket.on('error', failed);
  return socket;
}
