import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { pipelineSchema, startPipeline } from '../../src/pipeline/index.ts';
import { openHome } from '../../src/store/index.ts';

const root = mkdtempSync(join(tmpdir(), 'vedette-recognised-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const START = Date.UTC(2026, 0, 2);
const at = (second: number): string => new Date(START + second * 1000).toISOString().replace('Z', '+0000');
const eve = (second: number, type: string, more: object): string =>
  JSON.stringify({ timestamp: at(second), flow_id: 7, event_type: type, src_ip: '10.0.0.9', dest_ip: '10.0.0.1', dest_port: 80, ...more });

describe('files that say nothing of their records', () => {
  it('of sensors become events and alerts, logs beside them lines, also after a restart', async () => {
    const folder = join(root, 'logs');
    mkdirSync(folder);
    const alert = { alert: { gid: 1, signature_id: 5, signature: 'bad bytes', severity: 1, category: 'Trojan' } };
    writeFileSync(
      join(folder, 'eve.json'),
      `${[eve(1, 'dns', { dns: { rrname: 'a.org', rrtype: 'A' } }), eve(2, 'alert', alert)].join('\n')}\n`,
    );
    writeFileSync(join(folder, 'app.log'), Array.from({ length: 20 }, (_, i) => `${at(i)} worker[7]: job ${i} done\n`).join(''));
    writeFileSync(join(root, 'items.json'), `${JSON.stringify({ ts: 1, id: 'order-7', msg: 'sold' })}\n`);
    const value = {
      tenants: {
        t: {
          sources: [
            { type: 'directory', name: 'logs', path: folder, eventTime: { idle: '1s' } },
            { type: 'file', name: 'items', path: join(root, 'items.json') },
          ],
        },
      },
    };
    const home = await openHome(join(root, 'home'));
    const run = async (events: number) => {
      const pipeline = await startPipeline(checkConfig(value, await pipelineSchema()), { home, program: 'vedette test' });
      const read = async () => (await pipeline.status()).tenants[0]?.sources[0]?.counters.events ?? 0;
      for (let attempt = 0; (await read()) < events && attempt < 500; attempt++) await new Promise((resolve) => setTimeout(resolve, 40));
      await pipeline.flush();
      const status = (await pipeline.status()).tenants[0];
      await pipeline.stop();
      return status;
    };
    const status = await run(22);
    const [source] = status?.sources ?? [];
    expect(source?.counters).toMatchObject({ records: 22, events: 22, unparsed: 0 });
    expect(source?.detectors.map(({ detector }) => detector)).toEqual(expect.arrayContaining(['sequence', 'suricata', 'flow-alarm']));
    const [, items] = status?.sources ?? [];
    expect(items?.detectors.map(({ detector }) => detector)).not.toContain('suricata');
    expect(status?.alerts).toBeGreaterThanOrEqual(1);
    writeFileSync(join(folder, 'eve.json'), `${eve(3, 'dns', { dns: { rrname: 'b.org', rrtype: 'A' } })}\n`, { flag: 'a' });
    const again = (await run(23))?.sources[0];
    expect(again?.counters).toMatchObject({ records: 23, events: 23, unparsed: 0 });
    await home.close();
  }, 60_000);
});
