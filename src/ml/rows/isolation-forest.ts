import type { Random } from '../../core/index.ts';

/** Trees of random cuts (Liu, Ting, Zhou 2008), flattened; node i: column -1 = leaf whose `value` is its depth plus c(rows). */
export interface IsolationForest {
  readonly columns: number;
  readonly sample: number;
  readonly root: Int32Array;
  readonly column: Int32Array;
  /** Cut of a node: smaller goes to the next node, else to `right`. */
  readonly value: Float32Array;
  readonly right: Int32Array;
}

/** `values` must hold no NaN; scale them first. */
export function growIsolationForest(
  values: Float32Array,
  rows: number,
  columns: number,
  options: { trees: number; sample: number },
  random: Random,
): IsolationForest {
  const sample = Math.max(2, Math.min(options.sample, rows));
  const deepest = Math.ceil(Math.log2(sample));
  const root: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  const right: number[] = [];
  const grow = (members: Int32Array, depth: number): number => {
    const node = column.push(-1) - 1;
    value.push(Math.fround(depth + averagePath(members.length)));
    right.push(0);
    if (depth >= deepest || members.length <= 1) return node;
    const cut = randomCut(values, members, columns, random);
    if (cut === undefined) return node;
    column[node] = cut.column;
    value[node] = cut.at;
    const below = (row: number) => (values[row * columns + cut.column] as number) < cut.at;
    grow(members.filter(below), depth + 1);
    right[node] = grow(
      members.filter((row) => !below(row)),
      depth + 1,
    );
    return node;
  };
  for (let t = 0; t < options.trees; t++) {
    root.push(
      grow(
        Int32Array.from({ length: sample }, () => Math.floor(random() * rows)),
        0,
      ),
    );
  }
  return {
    columns,
    sample,
    root: Int32Array.from(root),
    column: Int32Array.from(column),
    value: Float32Array.from(value),
    right: Int32Array.from(right),
  };
}

/** 2^(-mean path / c(sample)), in (0, 1). */
export function isolationScores(forest: IsolationForest, values: Float32Array): Float64Array {
  const { columns, root, column, value, right, sample } = forest;
  const norm = averagePath(sample);
  return Float64Array.from({ length: columns === 0 ? 0 : values.length / columns }, (_, row) => {
    let depth = 0;
    for (const start of root) {
      let node = start;
      while ((column[node] as number) >= 0) {
        const goesLeft = (values[row * columns + (column[node] as number)] as number) < (value[node] as number);
        node = goesLeft ? node + 1 : (right[node] as number);
      }
      depth += value[node] as number;
    }
    return 2 ** (-depth / root.length / norm);
  });
}

/** Mean path of an unsuccessful search in a binary tree of n: 2 H(n - 1) - 2 (n - 1) / n. */
export function averagePath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

function randomCut(values: Float32Array, members: Int32Array, columns: number, random: Random): { column: number; at: number } | undefined {
  for (let attempt = 0; attempt < columns; attempt++) {
    const column = Math.floor(random() * columns);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of members) {
      const x = values[row * columns + column] as number;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    const at = Math.fround(low + random() * (high - low));
    if (at > low && at <= high) return { column, at };
  }
  return undefined;
}
