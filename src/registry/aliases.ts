import { canonicalJson, VedetteError } from '../core/index.ts';
import { ALIASES, type Alias, type ModelFiles } from './contract.ts';

/** `models/<name>/aliases.json`: which version is what, and the champions before, newest last. */
export interface AliasState {
  readonly champion?: number;
  readonly candidate?: number;
  readonly history: readonly number[];
}

const HISTORY = 100;

export function aliasKey(name: string): string {
  return `models/${name}/aliases.json`;
}

export async function readAliases(files: ModelFiles, name: string): Promise<AliasState> {
  const bytes = await files.read(aliasKey(name));
  if (bytes === undefined) return { history: [] };
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (
      typeof value === 'object' &&
      value !== null &&
      'history' in value &&
      Array.isArray(value.history) &&
      value.history.every(Number.isSafeInteger)
    )
      return value as AliasState;
  } catch {
    // Reported below.
  }
  throw new VedetteError('MODEL_CORRUPT', `${aliasKey(name)} is damaged`, {
    hint: 'Remove the file and run `vedette models promote` with the version wanted; the versions are intact.',
  });
}

export async function writeAliases(files: ModelFiles, name: string, state: AliasState): Promise<void> {
  await files.write(aliasKey(name), new TextEncoder().encode(`${canonicalJson(state, 2)}\n`));
}

export function aliasesOf(state: AliasState, version: number): readonly Alias[] {
  return ALIASES.filter((alias) => state[alias] === version);
}

/** A new version: champion of a new name, else candidate. */
export function withSaved(state: AliasState, version: number): AliasState {
  return state.champion === undefined ? { ...state, champion: version } : { ...state, candidate: version };
}

export function withChampion(state: AliasState, version: number): AliasState {
  if (state.champion === version) return state;
  const { candidate, champion, history } = state;
  const before = champion === undefined ? history : [...history, champion].slice(-HISTORY);
  return { champion: version, history: before, ...(candidate === undefined || candidate === version ? {} : { candidate }) };
}

/** undefined when there is nothing to go back to. */
export function withRollback(state: AliasState): AliasState | undefined {
  const champion = state.history.at(-1);
  if (champion === undefined) return undefined;
  return { ...state, champion, history: state.history.slice(0, -1) };
}
