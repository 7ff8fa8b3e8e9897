import { canonicalJson, sha256Hex, VedetteError } from '../core/index.ts';
import { aliasesOf, readAliases, withChampion, withRollback, withSaved, writeAliases } from './aliases.ts';
import { readArchive, refused, writeArchive } from './archive.ts';
import {
  ALIASES,
  type Alias,
  type LoadedModel,
  type ModelFiles,
  type ModelInfo,
  type ModelManifest,
  type ModelRegistry,
  type ModelSummary,
  type RegistryOptions,
} from './contract.ts';
import { checkModelName, isFileName, parseManifest, seal } from './manifest.ts';

const MAX_IMPORT_BYTES = 1024 ** 3;
const MANIFEST = 'model.json';
const VERSION_KEY = /^models\/([^/]+)\/(\d+)\/model\.json$/;

export function openRegistry(files: ModelFiles, options: RegistryOptions): ModelRegistry {
  return new FileRegistry(files, options);
}

/** `models/<name>/<version>/{model.json, *.onnx, *.bin}`; a version exists from the moment its manifest, written last, does. */
class FileRegistry implements ModelRegistry {
  private readonly files: ModelFiles;
  private readonly options: RegistryOptions;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(files: ModelFiles, options: RegistryOptions) {
    this.files = files;
    this.options = options;
  }

  saveModel(
    name: string,
    info: ModelInfo,
    files: Readonly<Record<string, Uint8Array>>,
    options: { readonly run?: string } = {},
  ): Promise<ModelManifest> {
    return this.inTurn(() => this.save(name, info, files, options));
  }

  versionOf(name: string, run: string): Promise<ModelManifest | undefined> {
    return this.inTurn(async () => {
      const versions = (await this.versions(checkModelName(name))).flatMap(([, found]) => found);
      for (const version of [...versions].reverse()) {
        const manifest = await this.manifest(name, version);
        if (manifest.run !== run) continue;
        const state = await readAliases(this.files, name);
        const named = aliasesOf(state, version).length > 0 || state.history.includes(version);
        if (!named && version === versions.at(-1)) await writeAliases(this.files, name, withSaved(state, version));
        return manifest;
      }
      return undefined;
    });
  }

  async loadModel(reference: string): Promise<LoadedModel> {
    const { manifest } = await this.resolve(reference);
    const files: [string, Uint8Array][] = [];
    for (const file of manifest.files) {
      const key = `models/${manifest.name}/${manifest.version}/${file.name}`;
      const bytes = await this.files.read(key);
      if (bytes === undefined || bytes.length !== file.bytes || sha256Hex(bytes) !== file.sha256) {
        throw new VedetteError(
          'MODEL_CORRUPT',
          `${key} ${bytes === undefined ? 'is missing' : 'does not match the checksum in its manifest'}`,
          {
            hint: 'Train or import the model again, or go back with `vedette models rollback`; the damaged version is not used.',
          },
        );
      }
      files.push([file.name, bytes]);
    }
    return { manifest, sha256: sha256Hex(canonicalJson(manifest.files)), files: Object.fromEntries(files) };
  }

  async list(): Promise<readonly ModelSummary[]> {
    const summaries: ModelSummary[] = [];
    for (const [name, versions] of await this.versions()) {
      const state = await readAliases(this.files, name);
      for (const version of versions) {
        const { detector, createdAt, metrics } = await this.manifest(name, version);
        summaries.push({ name, version, detector, createdAt, metrics, aliases: aliasesOf(state, version) });
      }
    }
    return summaries;
  }

  async show(reference: string): Promise<ModelManifest & { readonly aliases: readonly Alias[] }> {
    const { manifest } = await this.resolve(reference);
    return { ...manifest, aliases: aliasesOf(await readAliases(this.files, manifest.name), manifest.version) };
  }

  promote(reference: string): Promise<ModelManifest> {
    return this.inTurn(async () => {
      // Only what can be loaded may become champion.
      const { manifest } = await this.loadModel(reference);
      await writeAliases(this.files, manifest.name, withChampion(await readAliases(this.files, manifest.name), manifest.version));
      return manifest;
    });
  }

  rollback(name: string): Promise<ModelManifest> {
    return this.inTurn(async () => {
      const state = withRollback(await readAliases(this.files, checkModelName(name)));
      if (state?.champion === undefined) {
        throw new VedetteError('MODEL_MISSING', `${name} has no earlier champion to go back to`, {
          hint: '`vedette models list` shows the versions; promote one of them.',
        });
      }
      const { manifest } = await this.loadModel(`${name}@${state.champion}`);
      await writeAliases(this.files, name, state);
      return manifest;
    });
  }

  async exportModel(reference: string): Promise<Uint8Array> {
    const { manifest, files } = await this.loadModel(reference);
    return writeArchive([
      { name: MANIFEST, bytes: encode(manifest) },
      ...manifest.files.map(({ name }) => ({ name, bytes: files[name] as Uint8Array })),
    ]);
  }

  async importModel(bytes: Uint8Array, options: { readonly name?: string } = {}): Promise<ModelManifest> {
    const limit = this.options.maxImportBytes ?? MAX_IMPORT_BYTES;
    if (bytes.length > limit) {
      throw new VedetteError('LIMIT_EXCEEDED', `The model file has ${bytes.length} bytes; at most ${limit} are imported`, {
        hint: 'Raise the limit if you trust where it comes from.',
      });
    }
    const [first, ...rest] = readArchive(bytes);
    const manifest = first?.name === MANIFEST ? parseManifest(first.bytes) : undefined;
    if (manifest === undefined) throw refused('its model.json is missing or no manifest');
    if (rest.length !== manifest.files.length) throw refused('its files are not those that its model.json lists');
    const files: [string, Uint8Array][] = manifest.files.map((file) => {
      const entry = rest.find(({ name }) => name === file.name);
      if (entry === undefined || entry.bytes.length !== file.bytes || sha256Hex(entry.bytes) !== file.sha256)
        throw refused(`${file.name} does not match its checksum`);
      return [file.name, entry.bytes];
    });
    const { name, version, createdAt, program } = manifest;
    const origin = { importedFrom: `${name}@${version}`, createdAt, program };
    return this.inTurn(() => this.save(options.name ?? name, manifest, Object.fromEntries(files), origin));
  }

  private async save(
    name: string,
    info: ModelInfo,
    files: Readonly<Record<string, Uint8Array>>,
    origin: Partial<ModelManifest>,
  ): Promise<ModelManifest> {
    checkModelName(name);
    const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    const bad = entries.find(([file]) => !isFileName(file));
    if (bad !== undefined || entries.length === 0)
      throw new VedetteError('INTERNAL', bad === undefined ? 'A model needs a file' : `not a model file name: ${JSON.stringify(bad[0])}`);
    const state = await readAliases(this.files, name);
    const version =
      Math.max(
        0,
        ...(await this.versions(name)).flatMap(([, versions]) => versions),
        state.champion ?? 0,
        state.candidate ?? 0,
        ...state.history,
      ) + 1;
    const { detector, seed, data, features, hyperParameters, metrics, calibration } = info;
    const manifest = seal({
      ...{ schema: 1, name, version, program: this.options.program, createdAt: this.options.now() },
      ...{ detector, seed, data, features, hyperParameters, metrics, calibration },
      ...origin,
      files: entries.map(([file, bytes]) => ({ name: file, bytes: bytes.length, sha256: sha256Hex(bytes) })),
    });
    const folder = `models/${name}/${version}`;
    // A version that a crash left without its manifest.
    await this.files.remove(folder);
    for (const [file, bytes] of entries) await this.files.write(`${folder}/${file}`, bytes);
    await this.files.write(`${folder}/${MANIFEST}`, encode(manifest));
    await writeAliases(this.files, name, withSaved(state, version));
    return manifest;
  }

  private async resolve(reference: string): Promise<{ manifest: ModelManifest }> {
    const [name = '', wanted, ...more] = reference.split('@');
    checkModelName(name);
    const state = await readAliases(this.files, name);
    const versions = (await this.versions(name)).flatMap(([, found]) => found);
    const version =
      wanted === undefined
        ? (state.champion ?? versions.at(-1))
        : ALIASES.includes(wanted as Alias)
          ? state[wanted as Alias]
          : /^\d{1,9}$/.test(wanted)
            ? Number(wanted)
            : undefined;
    if (more.length > 0 || version === undefined || !versions.includes(version)) {
      const known = versions.length === 0 ? '' : `; versions of ${name}: ${versions.join(', ')}`;
      throw new VedetteError('MODEL_MISSING', `There is no model ${JSON.stringify(reference.slice(0, 120))}${known}`, {
        hint: '`vedette models list` shows what there is.',
      });
    }
    return { manifest: await this.manifest(name, version) };
  }

  private async manifest(name: string, version: number): Promise<ModelManifest> {
    const key = `models/${name}/${version}/${MANIFEST}`;
    const bytes = await this.files.read(key);
    const manifest = bytes === undefined ? undefined : parseManifest(bytes);
    if (manifest?.name === name && manifest.version === version) return manifest;
    throw new VedetteError('MODEL_CORRUPT', `${key} is no manifest of ${name}@${version}`, {
      hint: 'Train or import the model again, or go back with `vedette models rollback`.',
    });
  }

  /** Versions per name, both ascending. */
  private async versions(name?: string): Promise<readonly (readonly [string, readonly number[]])[]> {
    const found = new Map<string, number[]>();
    for (const { key } of await this.files.list(name === undefined ? 'models' : `models/${name}`)) {
      const match = VERSION_KEY.exec(key);
      if (match !== null) found.set(match[1] as string, [...(found.get(match[1] as string) ?? []), Number(match[2])]);
    }
    return [...found].map(([model, versions]) => [model, versions.sort((a, b) => a - b)] as const);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

function encode(manifest: ModelManifest): Uint8Array {
  return new TextEncoder().encode(`${canonicalJson(manifest, 2)}\n`);
}
