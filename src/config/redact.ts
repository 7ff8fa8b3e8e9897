import { canonicalJson, sha256Hex } from '../core/index.ts';
import { child, type JsonSchema, type Path, schemaAt } from './shape.ts';

/** What stands for a secret in everything that is shown. */
export const HIDDEN = '(hidden)';
const SECRET_KEY = /(password|passphrase|secret|token|apikey|api_key|credential|privatekey)$/i;
const USER_INFO = /(\w+:\/\/)[^/@\s]+@/g;

/** A copy fit to be printed: secrets, what came from `${…}` under a secret key, and user names in URLs are hidden. */
export function redact(value: unknown, schema: JsonSchema, root: unknown = value, path: Path = []): unknown {
  if (value === undefined || value === null) return value;
  // A switch tells nothing, whatever it is called (`endToken`).
  if (typeof value !== 'object' && typeof value !== 'boolean' && isSecret(path, schema, root)) return HIDDEN;
  if (typeof value === 'string') return withoutUserInfo(value);
  if (Array.isArray(value)) return value.map((item, index) => redact(item, schema, root, [...path, index]));
  if (typeof value !== 'object') return value;
  const entries = Object.keys(value).map((key) => [key, redact(child(value, key), schema, root, [...path, key])] as const);
  return Object.fromEntries(entries);
}

/** Whether a value under this key is a secret, whatever its schema says. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/** A URL without the user and password in it. */
export function withoutUserInfo(text: string): string {
  return text.replaceAll(USER_INFO, `$1${HIDDEN}@`);
}

function isSecret(path: Path, schema: JsonSchema, root: unknown): boolean {
  if (path.some((part) => typeof part === 'string' && isSecretKey(part))) return true;
  return schemaAt(schema, root, path)?.secret === true || path.includes('headers');
}

/** Hash of the effective configuration for lineage. Secrets take part only as hidden, so the hash tells nothing about them. */
export function configHash(value: unknown, schema: JsonSchema): string {
  return sha256Hex(canonicalJson(redact(value, schema)));
}
