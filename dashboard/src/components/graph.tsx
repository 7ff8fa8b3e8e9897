import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';

export interface GraphColumn {
  readonly title: string;
  readonly nodes: readonly { readonly id: string; readonly to: readonly string[]; readonly content: ReactNode }[];
}

/** Nodes in columns from left to right, joined by curves that follow their real places. */
export function Graph({ columns }: { columns: readonly GraphColumn[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [paths, setPaths] = useState<readonly { key: string; d: string }[]>([]);
  const links = columns.flatMap((column) => column.nodes.flatMap((node) => node.to.map((to) => [node.id, to] as const)));
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

  return (
    <div className="graph" ref={place}>
      <svg className="wires" aria-hidden="true">
        {paths.map(({ key, d }) => (
          <path key={key} d={d} />
        ))}
      </svg>
      {columns.map((column) => (
        <div key={column.title} className="graph-col">
          <div className="graph-head">{column.title}</div>
          <div className="graph-nodes">
            {column.nodes.map((node) => (
              <div key={node.id} className="node" data-node={node.id}>
                {node.content}
              </div>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
