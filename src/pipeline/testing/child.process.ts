// A vedette process that the test kills: home, checked configuration as JSON, and from stdin the word `finish` for a proper end.

import { readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LoadedConfig } from '../../config/index.ts';
import { openHome } from '../../store/index.ts';
import { startPipeline } from '../start.ts';

const [home, config, expected] = process.argv.slice(2) as [string, string, string];
const loaded = JSON.parse(readFileSync(config, 'utf8')) as LoadedConfig;
const opened = await openHome(home);
const complain = (message: string) => writeSync(2, `${message}\n`);
const log = { debug() {}, info() {}, warn: complain, error: complain };
const pipeline = await startPipeline(loaded, { home: opened, program: 'vedette test', log });
writeSync(1, 'started\n');

const records = async () => (await pipeline.status()).tenants[0]?.sources[0]?.counters.records ?? 0;
async function finish(): Promise<never> {
  while ((await records()) < Number(expected)) await new Promise((resolve) => setTimeout(resolve, 20));
  await pipeline.finish();
  await pipeline.stop();
  await opened.close();
  writeSync(1, 'finished\n');
  process.exit(0);
}
createInterface({ input: process.stdin }).on('line', (line) => line === 'finish' && finish());
