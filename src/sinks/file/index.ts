import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { define, type Sink } from '../../core/index.ts';
import { deliveryFailed } from '../delivery.ts';
import { JSON_FORMS, jsonForm } from '../forms/form.ts';

const config = z.strictObject({
  path: z.string().min(1).describe('file the alerts are appended to, one JSON object a line'),
  format: z
    .enum(JSON_FORMS)
    .default('vedette')
    .describe('`vedette`: alerts as they are; `ecs`: Elastic Common Schema; `ocsf`: OCSF Detection Finding'),
  sync: z.boolean().default(true).describe('wait until the lines are on the disk'),
});

/** Appends in one write per delivery, so that lines of two processes do not mix; a torn last line of a crash is closed first. */
export default define({
  name: 'file',
  summary: 'alerts as JSON lines in a file',
  config,
  create({ path, format, sync }): Sink {
    return {
      async deliver(alerts) {
        if (alerts.length === 0) return;
        const lines = alerts.map((alert) => `${jsonForm(alert, format)}\n`).join('');
        try {
          await mkdir(dirname(path), { recursive: true });
          const file = await open(path, 'a+', 0o600);
          try {
            const { size } = await file.stat();
            const end = new Uint8Array(1);
            if (size > 0) await file.read(end, 0, 1, size - 1);
            const torn = size > 0 && end[0] !== 10;
            await file.appendFile(torn ? `\n${lines}` : lines);
            if (sync) await file.datasync();
          } finally {
            await file.close();
          }
        } catch (cause) {
          throw deliveryFailed(
            'file',
            path,
            cause instanceof Error ? cause.message : String(cause),
            'check that the folder is writable and has space',
            cause,
          );
        }
      },
      async close() {},
    };
  },
});
