import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectStatus } from '../../src/collect/index.ts';

/** What a collector last said of one of its sources; undefined before it said anything. */
export function collectStatus(home: string, source: string): CollectStatus | undefined {
  const path = join(home, 'collect/status.json');
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as CollectStatus[]).find((status) => status.source === source);
}
