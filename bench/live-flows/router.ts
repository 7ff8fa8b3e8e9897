import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ExporterOrder, ExporterReport } from './exporter-process.ts';

/** A sender of NetFlow 5 in a process of its own, so that its CPU time is not counted. */
export class Router {
  private readonly child: ChildProcess;
  /** Records. */
  sent = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(port: number): Promise<Router> {
    const router = new Router(fork(fileURLToPath(new URL('./exporter-process.js', import.meta.url))));
    await router.order({ port });
    return router;
  }

  async ordinary(count: number): Promise<void> {
    await this.order({ ordinary: count });
  }

  /** When each scan was sent, milliseconds since 1970. */
  async run(perSecond: number, seconds: number, scansPerSecond: number): Promise<readonly number[]> {
    return (await this.order({ perSecond, seconds, scansPerSecond })).scans;
  }

  close(): void {
    this.child.disconnect();
  }

  private async order(order: ExporterOrder): Promise<ExporterReport> {
    this.child.send(order);
    const [report] = (await once(this.child, 'message')) as [ExporterReport];
    this.sent = report.sent;
    return report;
  }
}
