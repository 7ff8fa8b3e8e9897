import { Exporter } from './exporter.ts';

/** What the process is told: so many ordinary records now, or `perSecond` of them for so long with scans among them. */
export type ExporterOrder =
  | { readonly port: number }
  | { readonly ordinary: number }
  | { readonly perSecond: number; readonly seconds: number; readonly scansPerSecond: number };

/** Records sent so far; when each scan was, once all are. */
export interface ExporterReport {
  readonly sent: number;
  readonly scans: readonly number[];
}

const TICK_MS = 10;

let exporter: Exporter | undefined;

process.on('message', (order: ExporterOrder) => {
  void carryOut(order).then((scans) => process.send?.({ sent: exporter?.sent ?? 0, scans } satisfies ExporterReport));
});
process.on('disconnect', () => process.exit(0));

async function carryOut(order: ExporterOrder): Promise<number[]> {
  if ('port' in order) exporter = new Exporter(order.port);
  else if ('ordinary' in order) exporter?.ordinary(order.ordinary);
  else return run(order);
  return [];
}

async function run({ perSecond, seconds, scansPerSecond }: Extract<ExporterOrder, { seconds: number }>): Promise<number[]> {
  const began = Date.now();
  const scans: number[] = [];
  let records = 0;
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = Date.now() - began) {
    const due = Math.floor((elapsed / 1000) * perSecond) - records;
    exporter?.ordinary(due);
    records += due;
    for (; scans.length < (elapsed / 1000) * scansPerSecond; scans.push(Date.now())) exporter?.scan(scans.length);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return scans;
}
