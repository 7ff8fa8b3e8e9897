import { useComputedColorScheme } from '@mantine/core';
import cytoscape, { type Core, type StylesheetJson } from 'cytoscape';
import { useEffect, useRef } from 'react';
import type { Level } from '../format/severity.ts';

export interface EntityNode {
  readonly id: string;
  readonly kind: 'host' | 'user' | 'finding';
  readonly name: string;
  /** What is written below it. */
  readonly label: string;
  readonly severity: number;
  readonly level: Level;
}

export interface EntityLink {
  readonly from: string;
  readonly to: string;
}

interface Props {
  readonly nodes: readonly EntityNode[];
  readonly links: readonly EntityLink[];
  readonly height: number;
  readonly label: string;
  readonly onChoose: (node: EntityNode) => void;
}

const LARGEST = 1.25;
const SHAPES = { host: 'round-rectangle', user: 'ellipse', finding: 'round-tag' } as const;

/** Entities and findings as a graph that can be dragged and zoomed; what it shows is in the evidence table too. */
export default function EntityGraph({ nodes, links, height, label, onChoose }: Props) {
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another colour scheme gives other colours.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    ownStylesheet();
    const graph: Core = cytoscape({
      container: element,
      elements: [
        ...nodes.map((node) => ({ data: { id: node.id, label: short(node.label), kind: node.kind, level: node.level } })),
        ...links.map(({ from, to }) => ({ data: { id: `${from}>${to}`, source: from, target: to } })),
      ],
      style: styleOf((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()),
      // The same incident is always drawn the same way.
      layout: {
        name: 'breadthfirst',
        directed: false,
        spacingFactor: 1.15,
        padding: 14,
        fit: false,
        roots: nodes.filter(({ kind }) => kind === 'host').map(({ id }) => id),
      },
      wheelSensitivity: 0.3,
      minZoom: 0.2,
      maxZoom: 3,
    });
    // Everything in view, but a small graph no larger than it reads.
    graph.fit(undefined, 18);
    if (graph.zoom() > LARGEST) {
      graph.zoom(LARGEST);
      graph.center();
    }
    graph.on('tap', 'node', ({ target }) => {
      const node = nodes.find(({ id }) => id === target.id());
      if (node !== undefined) choose.current(node);
    });
    return () => graph.destroy();
  }, [nodes, links, scheme]);

  return <div ref={place} className="entity-graph" style={{ height }} role="img" aria-label={label} />;
}

const short = (name: string): string => (name.length > 34 ? `${name.slice(0, 33)}…` : name);

/** The library would add a style element, which the content security policy forbids; its one rule is in styles/charts.css. */
function ownStylesheet(): void {
  const id = '__________cytoscape_stylesheet';
  if (document.getElementById(id) !== null) return;
  const mark = document.createElement('meta');
  mark.id = id;
  document.head.append(mark);
}

function styleOf(colour: (name: string) => string): StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        label: 'data(label)',
        'font-family': 'Inter Variable',
        'font-size': 11,
        color: colour('--text'),
        'text-valign': 'bottom',
        'text-margin-y': 5,
        'text-wrap': 'wrap',
        'text-max-width': '110px',
        width: 22,
        height: 22,
        'background-color': colour('--low-fill'),
      },
    },
    ...(Object.entries(SHAPES) as [keyof typeof SHAPES, string][]).map(([kind, shape]) => ({
      selector: `node[kind = "${kind}"]`,
      style: { shape: shape as 'ellipse' },
    })),
    ...(['low', 'medium', 'high', 'critical'] as const).map((level) => ({
      selector: `node[level = "${level}"]`,
      style: { 'background-color': colour(`--${level}-fill`) },
    })),
    { selector: 'node[kind = "user"]', style: { 'background-color': colour('--c1') } },
    { selector: 'edge', style: { width: 1.25, 'line-color': colour('--line-strong'), 'curve-style': 'bezier' } },
  ];
}
