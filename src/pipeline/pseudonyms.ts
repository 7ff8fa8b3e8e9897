import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TenantConfig } from '../config/index.ts';
import { VedetteError } from '../core/index.ts';
import { KeyedHash, type PersonalData, RecordPseudonymiser } from '../parsers/index.ts';
import { Pseudonymiser } from './flow/pseudonym.ts';

/** What replaces personal data of a tenant: in records as they come, and in messages once it is known what varies. */
export interface Pseudonyms {
  readonly records: RecordPseudonymiser;
  readonly messages: Pseudonymiser;
}

export async function pseudonymsOf({ pseudonymise }: TenantConfig): Promise<Pseudonyms | undefined> {
  if (pseudonymise === undefined) return undefined;
  const { key, keyFile, kinds, namesFile, values, parameters } = pseudonymise;
  const secret = createHash('sha256')
    .update(key ?? (await readKey(keyFile ?? '')))
    .digest();
  const names = namesFile === undefined ? [] : await readNames(namesFile);
  return {
    records: new RecordPseudonymiser(secret, { kinds: kinds as PersonalData['kinds'], names, values }),
    messages: new Pseudonymiser(new KeyedHash(secret), { parameters, hosts: kinds.includes('hosts') }),
  };
}

async function readNames(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VedetteError('INPUT_MISSING', `the names to be replaced, ${path}, cannot be read`, {
      hint: 'Check pseudonymise.namesFile and the rights of the file.',
      cause,
    });
  });
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

async function readKey(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new VedetteError('INPUT_MISSING', `the key of the pseudonyms, ${path}, cannot be read`, {
      hint: 'Check pseudonymise.keyFile and the rights of the file.',
      cause,
    });
  });
  if (bytes.length >= 16) return bytes;
  throw new VedetteError('CONFIG_INVALID', `the key of the pseudonyms, ${path}, holds ${bytes.length} bytes; at least 16 are needed`, {
    hint: 'Make one with: head -c 32 /dev/urandom > key',
  });
}
