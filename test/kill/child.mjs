// A vedette process that the test kills: home, checked configuration as JSON, and from stdin the word `finish` for a proper end.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startPipeline } from '../../dist/pipeline/start.js';
import { openHome } from '../../dist/store/index.js';

const [home, config, expected] = process.argv.slice(2);
const loaded = JSON.parse(readFileSync(config, 'utf8'));
const opened = await openHome(home);
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const pipeline = await startPipeline(loaded, { home: opened, program: 'vedette test', log });
console.log('started');

const records = async () => (await pipeline.status()).tenants[0]?.sources[0]?.counters.records ?? 0;
async function finish() {
  while ((await records()) < Number(expected)) await new Promise((resolve) => setTimeout(resolve, 20));
  await pipeline.finish();
  await pipeline.stop();
  await opened.close();
  console.log('finished');
  process.exit(0);
}
createInterface({ input: process.stdin }).on('line', (line) => line === 'finish' && finish());
