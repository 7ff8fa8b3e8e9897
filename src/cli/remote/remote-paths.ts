import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import { globTest, isGlob, walk } from '../../sources/index.ts';
import { isObjectUrl, objectUrl, parseObjectUrl, S3Objects } from '../../store/objects/index.ts';

interface Mapped {
  readonly url: string;
  readonly local: string;
}

/** Objects fetched or stored at once. */
const AT_ONCE = 4;

/**
 * Buckets as paths: what a command reads is fetched to a temporary folder first, what it writes there is stored afterwards. The
 * command itself sees files only.
 */
export class RemotePaths {
  readonly #objects = new S3Objects();
  readonly #inputs: Mapped[] = [];
  readonly #outputs: Mapped[] = [];
  #folder: string | undefined;

  /** The path itself, or the place on disk that stands for a URL to be read. */
  async input(path: string): Promise<string> {
    if (!isObjectUrl(path)) return path;
    const known = this.#inputs.find(({ url }) => url === path);
    if (known !== undefined) return known.local;
    const local = await this.#fetch(path, join(await this.#root(), String(this.#inputs.length)));
    this.#inputs.push({ url: path, local });
    return local;
  }

  /** The path itself, or the place on disk that stands for a URL to be written. */
  async output(path: string): Promise<string> {
    if (!isObjectUrl(path)) return path;
    const { key } = parseObjectUrl(path);
    const name = key.replace(/\/+$/, '').split('/').at(-1);
    const folder = join(await this.#root(), `out-${this.#outputs.length}`);
    await mkdir(folder);
    const local = join(folder, name === undefined || name === '' ? 'objects' : name);
    this.#outputs.push({ url: path.replace(/\/+$/, ''), local });
    return local;
  }

  /** Stores what was written. */
  async store(): Promise<void> {
    for (const { url, local } of this.#outputs) {
      if (!existsSync(local)) continue;
      const { bucket, key } = parseObjectUrl(url);
      const files = await walk(local).catch(() => [{ path: local }]);
      await inTurns(files, ({ path }) => {
        const below = path === local ? '' : path.slice(local.length).split(sep).join('/');
        return this.#objects.upload(path, { bucket, key: key === '' ? below.slice(1) : `${key}${below}` });
      });
    }
  }

  /** A text with URLs in place of the temporary files that stand for them. */
  shown(text: string): string {
    return [...this.#outputs, ...this.#inputs].reduce((shown, { url, local }) => shown.replaceAll(local, url), text);
  }

  async close(): Promise<void> {
    await this.#objects.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** One object to a file of its name, everything below a prefix to a folder, what fits a pattern likewise. */
  async #fetch(url: string, folder: string): Promise<string> {
    const { bucket, key } = parseObjectUrl(url);
    const pattern = isGlob(key) ? globTest(key) : undefined;
    const prefix = pattern === undefined ? key : key.slice(0, key.slice(0, key.search(/[*?[{]/)).lastIndexOf('/') + 1);
    const found = (await this.#objects.list({ bucket, key: prefix })).filter((object) => wanted(object.key, key, pattern));
    if (found.length === 0)
      throw new VedetteError('INPUT_MISSING', `no object is at ${url}`, { hint: 'Check bucket and key; a prefix ends with a slash.' });
    const base = found.length === 1 && found[0]?.key === key ? key.lastIndexOf('/') + 1 : prefixLength(prefix);
    await inTurns(found, ({ key: each }) =>
      this.#objects.download({ bucket, key: each }, inside(folder, each.slice(base), objectUrl({ bucket, key: each }))),
    );
    return found.length === 1 && found[0]?.key === key ? join(folder, key.slice(base)) : folder;
  }

  async #root(): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'vedette-objects-'));
    return this.#folder;
  }
}

function wanted(key: string, asked: string, pattern: ((name: string) => boolean) | undefined): boolean {
  if (key.endsWith('/')) return false;
  if (pattern !== undefined) return pattern(key);
  return asked === '' || key === asked || key.startsWith(asked.endsWith('/') ? asked : `${asked}/`);
}

function prefixLength(prefix: string): number {
  return prefix === '' || prefix.endsWith('/') ? prefix.length : prefix.length + 1;
}

/** Keys may hold `..`: nothing is written outside the folder. */
function inside(folder: string, name: string, url: string): string {
  const path = resolve(folder, name);
  if (path.startsWith(folder + sep)) return path;
  throw new VedetteError('INPUT_UNREADABLE', `${url} has a key that leads out of its folder`, { hint: 'Rename the object.' });
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, left.length) }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }),
  );
}
