import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { diskBytes } from '../store/disk.ts';
import { readArchive, writeArchive } from './archive.ts';
import type { ModelFiles, ModelInfo, ModelRegistry } from './contract.ts';
import { openRegistry } from './registry.ts';

/** Files in memory, as the contract asks. */
function memoryFiles(): ModelFiles & { readonly all: Map<string, Uint8Array> } {
  const all = new Map<string, Uint8Array>();
  const below = (key: string, prefix: string) => key === prefix || key.startsWith(`${prefix}/`);
  return {
    all,
    read: async (key) => all.get(key),
    write: async (key, bytes) => void all.set(key, Uint8Array.from(bytes)),
    list: async (prefix) => [...all].filter(([key]) => below(key, prefix)).map(([key, bytes]) => ({ key, bytes: bytes.length })),
    remove: async (key) => {
      for (const known of [...all.keys()]) if (below(known, key)) all.delete(known);
    },
  };
}

const INFO: ModelInfo = {
  detector: 'deeplog',
  seed: 7,
  data: { from: 1, to: 2, rows: 3, sha256: 'ab' },
  features: { key: 'block' },
  hyperParameters: { history: 10 },
  metrics: { f1: 0.5 },
  calibration: { smallestRate: 0.001 },
};
const FILES = { 'net.onnx': new Uint8Array([1, 2, 3]), 'state.bin': new Uint8Array(1000).fill(9) };
let files: ReturnType<typeof memoryFiles>;
let registry: ModelRegistry;
beforeEach(() => {
  files = memoryFiles();
  registry = openRegistry(files, { now: () => 42, program: '0.1.0', maxImportBytes: 100_000 });
});

describe('model registry', () => {
  it('gives back what was saved, by version, alias and name', async () => {
    const saved = await registry.saveModel('hdfs', INFO, FILES);
    expect(saved).toMatchObject({ ...INFO, name: 'hdfs', version: 1, createdAt: 42, program: '0.1.0' });
    for (const reference of ['hdfs', 'hdfs@1', 'hdfs@champion'])
      expect(await registry.loadModel(reference)).toMatchObject({ manifest: saved, files: FILES });
  });

  it('counts versions up, promotes and rolls back', async () => {
    for (let i = 0; i < 3; i++) await registry.saveModel('hdfs', INFO, FILES);
    expect((await registry.list()).map(({ version, aliases }) => [version, aliases])).toEqual([
      [1, ['champion']],
      [2, []],
      [3, ['candidate']],
    ]);
    await registry.promote('hdfs@candidate');
    await registry.promote('hdfs@2');
    expect((await registry.show('hdfs')).version).toBe(2);
    expect((await registry.rollback('hdfs')).version).toBe(3);
    expect((await registry.rollback('hdfs')).version).toBe(1);
    await expect(registry.rollback('hdfs')).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });

  it('never gives a number twice, also after the files of a version are gone', async () => {
    await registry.saveModel('hdfs', INFO, FILES);
    await registry.saveModel('hdfs', INFO, FILES);
    await files.remove('models/hdfs/2');
    expect((await registry.saveModel('hdfs', INFO, FILES)).version).toBe(3);
  });

  it('refuses every damaged file by name, and promotes nothing damaged', async () => {
    await registry.saveModel('hdfs', INFO, FILES);
    await registry.saveModel('hdfs', INFO, FILES);
    files.all.set('models/hdfs/2/state.bin', new Uint8Array(1000).fill(8));
    await expect(registry.loadModel('hdfs@2')).rejects.toThrow(/state\.bin/);
    await expect(registry.promote('hdfs@2')).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    expect((await registry.show('hdfs')).version).toBe(1);
    files.all.delete('models/hdfs/1/net.onnx');
    await expect(registry.loadModel('hdfs@1')).rejects.toThrow(/net\.onnx is missing/);
    files.all.set('models/hdfs/1/model.json', new TextEncoder().encode('{}'));
    await expect(registry.loadModel('hdfs@1')).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });

  it('a version without its manifest does not exist', async () => {
    files.all.set('models/hdfs/1/net.onnx', new Uint8Array(1));
    await expect(registry.loadModel('hdfs')).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    expect(await registry.saveModel('hdfs', INFO, { 'a.bin': new Uint8Array(1) })).toMatchObject({ version: 1 });
    expect(files.all.has('models/hdfs/1/net.onnx')).toBe(false);
  });

  it('refuses names that could leave the folder', async () => {
    for (const name of ['', '..', 'a/b', '../../x', 'a@b', '.a'])
      await expect(registry.saveModel(name, INFO, FILES)).rejects.toMatchObject({ code: 'USAGE' });
    for (const file of ['../x.bin', 'a/b.bin', 'x.sh', 'model.json'])
      await expect(registry.saveModel('m', INFO, { [file]: new Uint8Array(1) })).rejects.toThrow();
    for (const reference of ['hdfs@../1', 'hdfs@1@2', 'hdfs@0', 'hdfs@9'])
      await expect(registry.loadModel(reference)).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });
});

describe('on disk', () => {
  it('works on the byte store of a tenant, names of one prefix kept apart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-registry-'));
    try {
      const onDisk = openRegistry(diskBytes(folder), { now: () => 42, program: '0.1.0' });
      for (const name of ['hdfs', 'hdfs2', 'hdfs']) await onDisk.saveModel(name, INFO, FILES);
      expect((await onDisk.list()).map(({ name, version }) => `${name}@${version}`)).toEqual(['hdfs@1', 'hdfs@2', 'hdfs2@1']);
      expect((await onDisk.loadModel('hdfs@candidate')).files).toEqual(FILES);
      await registry.saveModel('hdfs', INFO, FILES);
      expect(Buffer.compare(await onDisk.exportModel('hdfs'), await registry.exportModel('hdfs'))).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('.vmodel files', () => {
  it('are the same bytes each time and import as the next version', async () => {
    await registry.saveModel('hdfs', INFO, FILES);
    const exported = await registry.exportModel('hdfs');
    expect(Buffer.compare(exported, await registry.exportModel('hdfs@1'))).toBe(0);
    const imported = await registry.importModel(exported);
    expect(imported).toMatchObject({ version: 2, importedFrom: 'hdfs@1', metrics: INFO.metrics, createdAt: 42 });
    expect((await registry.loadModel('hdfs@2')).files).toEqual(FILES);
    expect(await registry.importModel(exported, { name: 'other' })).toMatchObject({ name: 'other', version: 1 });
  });

  it('any changed or cut byte is refused, or changes nothing', async () => {
    await registry.saveModel('hdfs', INFO, FILES);
    const exported = await registry.exportModel('hdfs');
    const before = [...files.all.keys()].sort();
    await fc.assert(
      fc.asyncProperty(fc.nat(exported.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Uint8Array.from(exported);
        damaged[at] = (damaged[at] as number) ^ flip;
        const result = await registry.importModel(damaged, { name: 'damaged' }).catch((error) => error);
        if ('code' in result) expect(['MODEL_CORRUPT', 'USAGE']).toContain(result.code);
        else {
          // Header fields that a reader ignores, such as times and owners.
          expect((await registry.loadModel(`damaged@${result.version}`)).files).toEqual(FILES);
          expect(result).toMatchObject({ ...INFO, importedFrom: 'hdfs@1' });
        }
        await files.remove('models/damaged');
        await expect(registry.importModel(exported.subarray(0, at))).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
      }),
      { numRuns: 200, seed: 1 },
    );
    expect([...files.all.keys()].sort()).toEqual(before);
  });

  it('with foreign names, extra files or too many bytes are refused', async () => {
    await registry.saveModel('hdfs', INFO, FILES);
    const entries = readArchive(await registry.exportModel('hdfs'));
    const corrupt = { code: 'MODEL_CORRUPT' };
    await expect(registry.importModel(writeArchive([...entries, { name: 'more.bin', bytes: new Uint8Array(1) }]))).rejects.toMatchObject(
      corrupt,
    );
    await expect(registry.importModel(writeArchive(entries.slice(0, 2)))).rejects.toMatchObject(corrupt);
    const text = new TextDecoder().decode(entries[0]?.bytes).replaceAll('net.onnx', '../x.onnx');
    await expect(
      registry.importModel(
        writeArchive([
          { name: 'model.json', bytes: new TextEncoder().encode(text) },
          { name: '../x.onnx', bytes: FILES['net.onnx'] },
          ...entries.slice(2),
        ]),
      ),
    ).rejects.toMatchObject(corrupt);
    await expect(registry.importModel(new Uint8Array(200_000))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await expect(registry.importModel(new TextEncoder().encode('not an archive'))).rejects.toMatchObject(corrupt);
  });
});
