import type { RemotePaths } from './remote-paths.ts';

const OUTPUT = /^--out$/;
const WITH_VALUE = /^(--[\w-]+)=(s3:\/\/.*)$/s;

let paths: RemotePaths | undefined;

/** The command's words with local paths in place of `s3://` URLs; nothing is loaded where there is none. */
export async function localWords(words: readonly string[]): Promise<string[]> {
  const local: string[] = [];
  for (const [i, word] of words.entries()) {
    const [, option, value] = WITH_VALUE.exec(word) ?? [];
    const url = value ?? (word.startsWith('s3://') ? word : undefined);
    if (url === undefined) {
      local.push(word);
      continue;
    }
    const remote = await remotePaths();
    const path = OUTPUT.test(option ?? words[i - 1] ?? '') ? await remote.output(url) : await remote.input(url);
    local.push(option === undefined ? path : `${option}=${path}`);
  }
  return local;
}

/** Paths as they were recorded: URLs are fetched again. */
export async function localPaths(recorded: readonly string[]): Promise<string[]> {
  return Promise.all(recorded.map(async (path) => (path.startsWith('s3://') ? (await remotePaths()).input(path) : path)));
}

/** What people are shown, and what is recorded: URLs, not the files that stand for them. */
export function withUrls(text: string): string {
  return paths?.shown(text) ?? text;
}

/** Stores what the command wrote. */
export async function storeOutputs(): Promise<void> {
  await paths?.store();
}

export async function closeRemotePaths(): Promise<void> {
  await paths?.close();
  paths = undefined;
}

async function remotePaths(): Promise<RemotePaths> {
  if (paths === undefined) {
    const { RemotePaths: Paths } = await import('./remote-paths.ts');
    paths ??= new Paths();
  }
  return paths;
}
