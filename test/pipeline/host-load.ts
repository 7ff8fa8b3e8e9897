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

/** Threads that are started and wait; what starting them shows is over before `burn` keeps them all busy until it is stopped. */
export async function sleepers(threads: number): Promise<{ burn(): () => Promise<void> }> {
  const go = new Int32Array(new SharedArrayBuffer(4));
  const code = "Atomics.wait(require('node:worker_threads').workerData, 0, 0); for (;;);";
  const workers = Array.from({ length: threads }, () => new Worker(code, { eval: true, workerData: go }));
  await Promise.all(workers.map((worker) => once(worker, 'online')));
  return {
    burn() {
      Atomics.store(go, 0, 1);
      Atomics.notify(go, 0);
      return async () => {
        await Promise.all(workers.map((worker) => worker.terminate()));
      };
    },
  };
}
