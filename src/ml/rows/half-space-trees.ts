import type { Random } from '../../core/index.ts';

/** Random halvings of the scaled space with the mass of normal rows in each (Tan, Ting, Liu 2011), complete binary trees. */
export interface HalfSpaceTrees {
  readonly columns: number;
  readonly trees: number;
  readonly depth: number;
  /** (trees, 2^depth - 1) inner nodes. */
  readonly column: Int32Array;
  readonly cut: Float32Array;
  /** (trees, 2^(depth + 1) - 1) rows that passed each node. */
  readonly mass: Float64Array;
}

/** Width of the space: scaled columns lie within +-8, nearly all within +-4. */
const WIDTH = 4;

export function plantHalfSpaceTrees(columns: number, options: { trees: number; depth: number }, random: Random): HalfSpaceTrees {
  const { trees, depth } = options;
  const inner = 2 ** depth - 1;
  const column = new Int32Array(trees * inner);
  const cut = new Float32Array(trees * inner);
  for (let t = 0; t < trees; t++) {
    const low = new Float64Array(columns);
    const high = new Float64Array(columns);
    for (let c = 0; c < columns; c++) {
      const centre = (random() * 2 - 1) * WIDTH;
      const reach = WIDTH + Math.abs(centre);
      low[c] = centre - reach;
      high[c] = centre + reach;
    }
    const halve = (node: number): void => {
      if (node >= inner || columns === 0) return;
      const c = Math.floor(random() * columns);
      const middle = ((low[c] as number) + (high[c] as number)) / 2;
      column[t * inner + node] = c;
      cut[t * inner + node] = middle;
      const top = high[c] as number;
      high[c] = middle;
      halve(2 * node + 1);
      high[c] = top;
      const bottom = low[c] as number;
      low[c] = middle;
      halve(2 * node + 2);
      low[c] = bottom;
    };
    halve(0);
  }
  return { columns, trees, depth, column, cut, mass: new Float64Array(trees * (2 * inner + 1)) };
}

/** Counts the rows into `mass`. */
export function addMass(forest: HalfSpaceTrees, values: Float32Array): void {
  const rows = forest.columns === 0 ? 0 : values.length / forest.columns;
  for (let row = 0; row < rows; row++) {
    walk(forest, values, row, (at) => {
      forest.mass[at] = (forest.mass[at] as number) + 1;
      return true;
    });
  }
}

/** Mean over trees of -ln of the row's density against evenly spread mass, plus what keeps it above 0; higher is rarer. */
export function halfSpaceScores(forest: HalfSpaceTrees, values: Float32Array): Float64Array {
  const { mass, trees, depth, columns } = forest;
  const total = Math.max(1, mass[0] as number);
  const greatest = Math.log(total * 2 ** depth);
  return Float64Array.from({ length: columns === 0 ? 0 : values.length / columns }, (_, row) => {
    let sum = 0;
    let density = 0;
    let level = 0;
    let tree = -1;
    walk(forest, values, row, (at, t) => {
      if (t !== tree) {
        if (tree >= 0) sum += density;
        tree = t;
        level = 0;
      }
      const here = mass[at] as number;
      density = Math.log(Math.max(here, 0.5) * 2 ** level);
      level++;
      return !stopsAt(forest, here);
    });
    return Math.max(0, greatest - (sum + density) / trees);
  });
}

/** Whether so few rows passed a node that nothing below it counts. */
export function stopsAt({ mass }: HalfSpaceTrees, here: number): boolean {
  return here <= Math.max(1, Math.max(1, mass[0] as number) * 0.001);
}

/** Calls `visit` for the nodes of a row's path in each tree until it says stop. */
function walk(forest: HalfSpaceTrees, values: Float32Array, row: number, visit: (mass: number, tree: number) => boolean): void {
  const { column, cut, depth, trees, columns } = forest;
  const inner = 2 ** depth - 1;
  for (let t = 0; t < trees; t++) {
    let node = 0;
    while (visit(t * (2 * inner + 1) + node, t) && node < inner) {
      const at = t * inner + node;
      node = (values[row * columns + (column[at] as number)] as number) < (cut[at] as number) ? 2 * node + 1 : 2 * node + 2;
    }
  }
}
