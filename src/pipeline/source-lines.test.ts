import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig, type TenantConfig } from '../config/index.ts';
import { type Alert, stableId } from '../core/index.ts';
import { pipelineSchema } from './catalogue.ts';
import { sourceLines } from './source-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-source-lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEXTS = Array.from({ length: 300 }, (_, i) => `2026-01-05 00:00:00 line ${i} of the log`);
const path = join(folder, 'app.log');

async function tenantOf(source: object, more: object = {}): Promise<TenantConfig> {
  const { config } = checkConfig({ tenants: { t: { sources: [{ name: 's', ...source }], ...more } } }, await pipelineSchema());
  return config.tenants.t as TenantConfig;
}

async function alertOf(): Promise<Alert> {
  const { generationOf, formatGeneration } = await import('../sources/files/generation.ts');
  const handle = await open(path);
  const generation = formatGeneration(await generationOf(handle));
  await handle.close();
  const evidence = [17, 200].map((i) => {
    const offset = TEXTS.slice(0, i).reduce((sum, text) => sum + text.length + 1, 0);
    return { input: 'app.log', line: i + 1, offset, length: (TEXTS[i] as string).length + 1 };
  });
  const inputs = [{ input: 'app.log', generation, from: 0, to: statSync(path).size, sha256: '' }];
  return { id: stableId('a'), detection: { source: 's', evidence, lineage: { inputs } } } as unknown as Alert;
}

describe('lines of an alert in the files of its source', () => {
  it('are read where they stand, renamed and compressed since too, and never for a tenant that hides personal data', async () => {
    writeFileSync(path, `${TEXTS.join('\n')}\n`);
    const alert = await alertOf();
    const { evidence } = alert.detection;
    const file = await tenantOf({ type: 'file', path });
    const directory = await tenantOf({ type: 'directory', path: folder });
    const texts = async (tenant: TenantConfig) => (await sourceLines(alert, tenant, evidence)).map(({ text }) => text);
    const expected = [TEXTS[17], TEXTS[200]];
    for (const tenant of [file, directory]) expect(await texts(tenant)).toEqual(expected);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'another log by now\n');
    for (const tenant of [file, directory]) expect(await texts(tenant)).toEqual(expected);
    writeFileSync(`${path}.2.gz`, gzipSync(readFileSync(`${path}.1`)));
    unlinkSync(`${path}.1`);
    for (const tenant of [file, directory]) expect(await texts(tenant)).toEqual(expected);
    const hiding = await tenantOf({ type: 'file', path }, { pseudonymise: { key: 'a key that nobody knows' } });
    expect(await texts(hiding)).toEqual([]);
    unlinkSync(`${path}.2.gz`);
    expect(await texts(file)).toEqual([]);
  });
});
