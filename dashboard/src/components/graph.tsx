import { type CSSProperties, type ReactNode, useLayoutEffect, useRef, useState } from 'react';

export interface GraphNode {
  readonly id: string;
  /** Ids of the nodes it leads to. */
  readonly to: readonly string[];
  readonly content: ReactNode;
}

interface Props {
  /** What the columns are. */
  readonly titles: readonly string[];
  /** One node for each column but the last. */
  readonly rows: readonly (readonly GraphNode[])[];
  /** In the last column: where all rows end. */
  readonly end: GraphNode;
}

/** Where it stands on a wide screen; styles/narrow.css puts all below each other. */
const at = (row: string, column: number) => ({ '--row': row, '--column': column }) as CSSProperties;

/** Rows of nodes from left to right that end in one, joined by curves that follow their real places. */
export function Graph({ titles, rows, end }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [paths, setPaths] = useState<readonly { key: string; d: string }[]>([]);
  const links = [...rows.flat(), end].flatMap((node) => node.to.map((to) => [node.id, to] as const));
  const signature = links.map((link) => link.join('>')).join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `signature` stands for the links.
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = () => {
      const origin = element.getBoundingClientRect();
      const boxes = new Map(
        [...element.querySelectorAll<HTMLElement>('[data-node]')].map((node) => [node.dataset.node, node.getBoundingClientRect()]),
      );
      setPaths(
        links.flatMap(([from, to]) => {
          const [a, b] = [boxes.get(from), boxes.get(to)];
          if (a === undefined || b === undefined) return [];
          const [x1, y1, x2, y2] = [
            a.right - origin.left,
            a.top + a.height / 2 - origin.top,
            b.left - origin.left,
            b.top + b.height / 2 - origin.top,
          ];
          const bend = (x1 + x2) / 2;
          return [{ key: `${from}>${to}`, d: `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}` }];
        }),
      );
    };
    draw();
    const observer = new ResizeObserver(draw);
    for (const node of [element, ...element.querySelectorAll('[data-node]')]) observer.observe(node);
    return () => observer.disconnect();
  }, [signature]);

  const box = (node: GraphNode, row: string, column: number) => (
    <div key={node.id} className="node" data-node={node.id} style={at(row, column)}>
      {node.content}
    </div>
  );
  return (
    <div className="graph" ref={place}>
      <svg className="wires" aria-hidden="true">
        {paths.map(({ key, d }) => (
          <path key={key} d={d} />
        ))}
      </svg>
      {titles.map((title, column) => (
        <div key={title} className="graph-head" style={at('1', column + 1)}>
          {title}
        </div>
      ))}
      {rows.map((nodes, row) => nodes.map((node, column) => box(node, String(row + 2), column + 1)))}
      {box(end, `2 / span ${Math.max(1, rows.length)}`, titles.length)}
    </div>
  );
}
