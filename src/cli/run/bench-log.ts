import { closeSync, openSync, writeSync } from 'node:fs';
import { seededRandom } from '../../core/index.ts';

/** Blocks written at once, as a storage cluster does; sets how far a session's lines lie apart. */
const OPEN_BLOCKS = 400;
const START_SECONDS = Date.UTC(2026, 2, 1) / 1000;

interface Block {
  readonly name: string;
  readonly lines: string[];
}

/**
 * A generated storage log in the layout of HDFS: blocks allocated, received by three nodes, acknowledged, stored; replicas in
 * varying order, now and then a re-read or a failure. Same seed, same bytes.
 */
export class BenchLog {
  readonly #random: () => number;
  readonly #open: Block[] = [];
  #line = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Writes `lines` lines and returns the bytes written. */
  write(path: string, lines: number): number {
    const file = openSync(path, 'w');
    let bytes = 0;
    try {
      for (let written = 0; written < lines; ) {
        const count = Math.min(20_000, lines - written);
        const text: string[] = [];
        for (let i = 0; i < count; i++) text.push(this.#next());
        bytes += writeSync(file, `${text.join('\n')}\n`);
        written += count;
      }
    } finally {
      closeSync(file);
    }
    return bytes;
  }

  #next(): string {
    while (this.#open.length < OPEN_BLOCKS) this.#open.push(this.#block());
    const i = Math.floor(this.#random() * this.#open.length);
    const block = this.#open[i] as Block;
    const text = block.lines.pop() as string;
    if (block.lines.length === 0) {
      this.#open[i] = this.#open[this.#open.length - 1] as Block;
      this.#open.pop();
    }
    const at = new Date((START_SECONDS + Math.floor(this.#line++ / 2000)) * 1000);
    const iso = at.toISOString();
    return `${iso.slice(2, 10).replaceAll('-', '')} ${iso.slice(11, 19).replaceAll(':', '')} ${text}`;
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #node(): string {
    return `10.250.${this.#int(20)}.${this.#int(250)}`;
  }

  /** Lines of one block, last first. */
  #block(): Block {
    const name = `blk_${this.#random() < 0.5 ? '-' : ''}${1e18 + this.#int(8e15) * 1000 + this.#int(1000)}`;
    const thread = 20 + this.#int(3000);
    const nodes = [this.#node(), this.#node(), this.#node()];
    const size = 67_108_864;
    const lines = [
      `${thread} INFO dfs.FSNamesystem: BLOCK* NameSystem.allocateBlock: /user/root/rand/_temporary/_task_${this.#int(1e6)}_m_${this.#int(1e4)}/part-${this.#int(1e5)}. ${name}`,
      ...nodes.map(
        (node) =>
          `${thread} INFO dfs.DataNode$DataXceiver: Receiving block ${name} src: /${node}:${30_000 + this.#int(30_000)} dest: /${node}:50010`,
      ),
    ];
    const stored = nodes.map((node, i) => [
      `${thread} INFO dfs.DataNode$PacketResponder: PacketResponder ${i} for block ${name} terminating`,
      `${thread} INFO dfs.DataNode$PacketResponder: Received block ${name} of size ${size} from /${node}`,
      `${thread} INFO dfs.FSNamesystem: BLOCK* NameSystem.addStoredBlock: blockMap updated: ${node}:50010 is added to ${name} size ${size}`,
    ]);
    while (stored.length > 0) lines.push(...(stored.splice(this.#int(stored.length), 1)[0] as string[]));
    if (this.#random() < 0.1)
      lines.push(`${thread} INFO dfs.DataNode$DataXceiver: ${nodes[0]}:50010 Served block ${name} to /${this.#node()}`);
    if (this.#random() < 0.0005) {
      lines.length = 3;
      lines.push(
        `${thread} WARN dfs.DataNode$DataXceiver: writeBlock ${name} received exception java.io.IOException: Connection reset by peer`,
      );
    }
    return { name, lines: lines.reverse() };
  }
}
