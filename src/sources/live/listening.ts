import type { AddressInfo, Server } from 'node:net';
import { VedetteError } from '../../core/index.ts';

/** Starts a server and gives the port it took. */
export async function listening(server: Server, host: string, port: number, name: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new VedetteError('INPUT_UNREADABLE', `source ${name}: cannot listen on ${host}:${port}: ${error.message}`, {
          hint: 'choose a free port; ports below 1024 need privileges',
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', () => undefined);
  return (server.address() as AddressInfo).port;
}
