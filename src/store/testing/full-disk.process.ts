import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { VedetteError } from '../../core/index.ts';
import { writeParquet } from '../analytical/parquet.ts';
import { openHome } from '../home.ts';
import { alertWrite, DAY, epochCommit, logBatch, recordBatch, TEMPLATES } from './fixtures.ts';

/** Runs under a small file-size limit (as a full disk: the write fails half-way) and prints the code that each store gives. */
async function fill(path: string): Promise<void> {
  const home = await openHome(path);
  const tenant = await home.tenant('acme');
  const codes: Record<string, string> = {};
  const attempt = async (name: string, work: () => Promise<unknown>) => {
    try {
      for (let i = 0; i < 200; i++) await work();
      codes[name] = 'nothing failed';
    } catch (error) {
      codes[name] = error instanceof VedetteError ? error.code : String(error);
    }
  };
  const noise = (bytes: number) => randomBytes(bytes).toString('base64');
  const log = await tenant.segments('udp');
  await attempt('segments', () => log.append(recordBatch(noise(20_000))));
  await attempt('checkpoint', () =>
    tenant.commitEpoch(epochCommit(tenant.epoch + 1, { checkpoints: { big: randomBytes(3_000_000) }, counters: { lost: 1 } })),
  );
  const line = (i: number) => ({ time: DAY + i, host: noise(30), message: noise(300), template: 0, parameters: [] });
  await tenant.events.append(logBatch(Array.from({ length: 9000 }, (_, i) => line(i))), TEMPLATES);
  await attempt('events', () => tenant.commitEpoch(epochCommit(tenant.epoch + 1, { counters: { lost: 1 } })));
  await attempt('parquet', () =>
    writeParquet([{ name: 'a', type: 'string', values: Array.from({ length: 9000 }, () => noise(300)) }], `${path}/out.parquet`),
  );
  let alerts = 0;
  await attempt('alerts', () => tenant.alerts.save([alertWrite(`alert-${alerts++}`, { title: noise(20_000) })]));
  const kept = await tenant.alerts.count();
  writeSync(1, `${JSON.stringify({ codes, kept, segments: log.last })}\n`);
  await home.close().catch(() => undefined);
}

await fill(process.argv[2] as string);
