import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';

const FLUSH_CHARACTERS = 1 << 20;

/** Rows on disk until all templates are final: one JSON array a line, so memory stays constant whatever the input's size. */
export class Spool {
  private readonly path: string;
  private file: FileHandle | undefined;
  private pending: string[] = [];
  private pendingCharacters = 0;

  constructor(path: string) {
    this.path = path;
  }

  async add(row: readonly (string | number | null)[]): Promise<void> {
    const line = `${JSON.stringify(row)}\n`;
    this.pending.push(line);
    this.pendingCharacters += line.length;
    if (this.pendingCharacters >= FLUSH_CHARACTERS) await this.write();
  }

  /** Every row in order. */
  async *rows(): AsyncGenerator<(string | number | null)[]> {
    await this.write();
    let rest = '';
    for await (const chunk of createReadStream(this.path, { encoding: 'utf8', highWaterMark: FLUSH_CHARACTERS })) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) yield JSON.parse(line) as (string | number | null)[];
    }
  }

  async remove(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
    await rm(this.path, { force: true });
  }

  private async write(): Promise<void> {
    this.file ??= await open(this.path, 'w');
    const text = this.pending.join('');
    this.pending = [];
    this.pendingCharacters = 0;
    if (text !== '') await this.file.writeFile(text);
  }
}
