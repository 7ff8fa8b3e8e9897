import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkConfig } from '../config/index.ts';
import { sha256Hex } from '../core/index.ts';
import { pipelineSchema } from './catalogue.ts';
import { keepConfiguration, keptConfiguration } from './kept-configurations.ts';

const home = mkdtempSync(join(tmpdir(), 'vedette-kept-'));
afterAll(() => rmSync(home, { recursive: true }));

it('keeps a configuration under its hash, without its secrets, and no more than a hundred', async () => {
  const schema = await pipelineSchema();
  const of = (seed: number) =>
    checkConfig(
      {
        seed,
        tenants: {
          t: {
            sources: [{ type: 'stdin', name: 'in' }],
            sinks: [{ type: 'webhook', name: 'hook', endpoint: 'https://user:hunter2@example.org/x', secret: 'hunter2-hunter2' }],
          },
        },
      },
      schema,
    );
  const first = of(1);
  await keepConfiguration(home, first);
  const [name = ''] = readdirSync(join(home, 'configurations'));
  const path = join(home, 'configurations', name);
  expect(readFileSync(path, 'utf8')).not.toContain('hunter2');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await keptConfiguration(home, first.hash))?.config.tenants.t?.sources).toEqual(first.config.tenants.t?.sources);
  expect(await keptConfiguration(home, of(2).hash)).toBeUndefined();
  expect(await keptConfiguration(home, '../../etc/passwd')).toBeUndefined();
  for (let i = 0; i < 101; i++) await keepConfiguration(home, { ...first, hash: sha256Hex(String(i)) });
  expect(readdirSync(join(home, 'configurations'))).toHaveLength(100);
});
