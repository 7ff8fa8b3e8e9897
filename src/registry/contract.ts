import type { Micros } from '../core/index.ts';

/** Where model files lie; a tenant's byte store fits. `write` is atomic and durable. */
export interface ModelFiles {
  read(key: string): Promise<Uint8Array | undefined>;
  write(key: string, bytes: Uint8Array): Promise<void>;
  list(prefix: string): Promise<readonly { readonly key: string; readonly bytes: number }[]>;
  remove(key: string): Promise<void>;
}

export type Alias = 'champion' | 'candidate';
export const ALIASES: readonly Alias[] = ['champion', 'candidate'];

/** What a version was made from and how good it is; everything but the files themselves. */
export interface ModelInfo {
  readonly detector: string;
  readonly seed: number;
  /** The data it learnt from. */
  readonly data: { readonly from: Micros; readonly to: Micros; readonly rows: number; readonly sha256: string };
  readonly features: Readonly<Record<string, unknown>>;
  readonly hyperParameters: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** What the model can promise, in the detector's terms (scores kept, smallest resolvable rate …). */
  readonly calibration: Readonly<Record<string, unknown>>;
}

export interface ModelManifest extends ModelInfo {
  readonly schema: 1;
  readonly name: string;
  readonly version: number;
  readonly program: string;
  readonly createdAt: Micros;
  /** The run that made it, where one may be repeated after an interruption; not of an imported version. */
  readonly run?: string;
  /** Where an imported version comes from: `name@version`. */
  readonly importedFrom?: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  /** SHA-256 over the canonical JSON of all other fields. */
  readonly sha256: string;
}

export interface LoadedModel {
  readonly manifest: ModelManifest;
  /** SHA-256 over the manifest's file list: what lineage names; the same for a copy under another name or version. */
  readonly sha256: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface ModelSummary {
  readonly name: string;
  readonly version: number;
  readonly detector: string;
  readonly createdAt: Micros;
  readonly aliases: readonly Alias[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Versions of models, immutable once saved; 1, 2, 3 … per name. `reference` = `name@version`, `name@alias`, or `name` (champion, else the newest). */
export interface ModelRegistry {
  /** Files are named `*.onnx` or `*.bin`. The first version of a name becomes its champion, later ones its candidate. */
  saveModel(
    name: string,
    info: ModelInfo,
    files: Readonly<Record<string, Uint8Array>>,
    options?: { readonly run?: string },
  ): Promise<ModelManifest>;
  /** The version of a name that a run saved; its alias is set, should an interruption have come before. */
  versionOf(name: string, run: string): Promise<ModelManifest | undefined>;
  /** Verifies every checksum: MODEL_CORRUPT names the file. MODEL_MISSING when there is no such model. */
  loadModel(reference: string): Promise<LoadedModel>;
  list(): Promise<readonly ModelSummary[]>;
  /** The manifest, without reading the files. */
  show(reference: string): Promise<ModelManifest & { readonly aliases: readonly Alias[] }>;
  /** Makes a version the champion; the one before is remembered for rollback. */
  promote(reference: string): Promise<ModelManifest>;
  /** The champion before becomes champion again. */
  rollback(name: string): Promise<ModelManifest>;
  /** One `.vmodel` file (an uncompressed tar): equal models give equal bytes. */
  exportModel(reference: string): Promise<Uint8Array>;
  /** Checks names, sizes and checksums, then saves as the next version of its name (or of `name`). */
  importModel(bytes: Uint8Array, options?: { readonly name?: string }): Promise<ModelManifest>;
}

export interface RegistryOptions {
  readonly now: () => Micros;
  /** Version of the program, as the manifest records it. */
  readonly program: string;
  /** Largest `.vmodel` that is imported; default 1 GiB. */
  readonly maxImportBytes?: number;
}
