import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Sends as much as goes over one loopback connection until it is stopped. */
export async function burst(): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const block = Buffer.alloc(1 << 20);
  let running = true;
  const pump = (async () => {
    while (running) await new Promise<void>((resolve) => socket.write(block, () => resolve()));
  })();
  return async () => {
    running = false;
    await pump;
    socket.destroy();
    server.close();
  };
}

/** Keeps so many threads busy until it is stopped. */
export function burn(threads: number): () => Promise<void> {
  const workers = Array.from({ length: threads }, () => new Worker('for (;;);', { eval: true }));
  return async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
}
