import { canonicalJson, sha256Hex, VedetteError } from '../core/index.ts';
import type { ModelManifest } from './contract.ts';

const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.(onnx|bin)$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Safe as a folder everywhere and free of `@`. */
export function checkModelName(name: string): string {
  if (MODEL_NAME.test(name)) return name;
  throw new VedetteError('USAGE', `not a model name: ${JSON.stringify(name.slice(0, 80))}`, {
    hint: 'Use 1 to 64 letters, digits, `-` and `_`, starting with a letter or digit.',
  });
}

export function isFileName(name: string): boolean {
  return FILE_NAME.test(name);
}

/** A manifest from disk or from outside, checked as far as it is used; undefined when it is none. */
export function parseManifest(bytes: Uint8Array): ModelManifest | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isManifest(value) && value.sha256 === digest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function seal(manifest: Omit<ModelManifest, 'sha256'>): ModelManifest {
  return { ...manifest, sha256: digest(manifest) };
}

function digest(manifest: Omit<ModelManifest, 'sha256'>): string {
  return sha256Hex(canonicalJson({ ...manifest, sha256: undefined }));
}

function isManifest(value: unknown): value is ModelManifest {
  if (!isRecord(value) || value.schema !== 1) return false;
  const { name, version, detector, program, seed, createdAt, data, features, hyperParameters, metrics, calibration, files } = value;
  const texts = [name, detector, program].every((text) => typeof text === 'string') && MODEL_NAME.test(name as string);
  const numbers = Number.isSafeInteger(version) && (version as number) >= 1 && Number.isSafeInteger(seed) && typeof createdAt === 'number';
  const records = [data, features, hyperParameters, metrics, calibration].every(isRecord);
  return texts && numbers && records && Array.isArray(files) && files.length > 0 && files.every(isFile);
}

function isFile(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, bytes, sha256 } = value;
  return (
    typeof name === 'string' &&
    isFileName(name) &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    typeof sha256 === 'string' &&
    SHA256.test(sha256)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
