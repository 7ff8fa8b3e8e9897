import { writeSync } from 'node:fs';
import { openHome } from '../home.ts';
import { alertWrite, DAY, EPOCH_MICROS, EPOCH_ROWS, epochCommit, lines, logBatch, recordBatch, TEMPLATES } from './fixtures.ts';

/** The process that the crash test kills: writes to every store and prints a line only after the store has acknowledged. */
async function write(path: string): Promise<never> {
  const home = await openHome(path);
  const tenant = await home.tenant('acme');
  const log = await tenant.segments('udp', { segmentBytes: 20_000 });
  const say = (line: string) => writeSync(1, `${line}\n`);
  say(`READY ${tenant.epoch}`);
  for (let epoch = tenant.epoch + 1; ; epoch++) {
    const appended = Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const sequence = await log.append(recordBatch(`entry ${epoch}.${i} ${'x'.repeat(i * 20)}`));
        say(`SEGMENT ${sequence}`);
      }),
    );
    await tenant.events.append(logBatch(lines(EPOCH_ROWS, DAY + epoch * EPOCH_MICROS)), TEMPLATES);
    await tenant.deadLetters.append([
      { source: 'auth', input: 'auth.log', offset: epoch, line: epoch, reason: 'torn', bytes: new Uint8Array(50), arrival: 1 },
    ]);
    say(`DEAD ${epoch}`);
    await tenant.commitEpoch(
      epochCommit(epoch, {
        alerts: [alertWrite(`alert-${epoch}`), alertWrite('repeated', { title: `seen in epoch ${epoch}` })],
        outbox: [{ alertId: `alert-${epoch}`, sink: 'mail', body: 'text', createdAt: epoch }],
        checkpoints: { state: new TextEncoder().encode(`epoch ${epoch} `.repeat(500)) },
        counters: { rows: EPOCH_ROWS },
        positions: [{ source: 'auth', input: 'auth.log', generation: 'g', offset: epoch * 1000, line: epoch }],
      }),
    );
    say(`EPOCH ${epoch}`);
    await appended;
  }
}

await write(process.argv[2] as string);
