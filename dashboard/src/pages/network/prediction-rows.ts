import type { ConfusionCounts } from './confusion.tsx';

export interface PredictionRow {
  /** 1-based, as in the scored data. */
  readonly number: number;
  readonly id: string;
  /** Who spoke with whom; empty where the data do not say. */
  readonly ends: string;
  readonly predicted: string;
  /** Of the predicted class; null where the model gives none. */
  readonly probability: number | null;
  /** Empty where the data carry no label. */
  readonly actual: string;
  readonly anomalous: boolean;
  readonly pValue: number | null;
  readonly score: number | null;
}

/** Rows of a scores CSV; columns are found by their names, quoted cells may hold commas, quotes and line breaks. */
export function readPredictions(csv: string): readonly PredictionRow[] {
  const [head = [], ...lines] = cells(csv);
  const at = new Map(head.map((name, index) => [name, index]));
  return lines.map((line, index) => {
    const text = (name: string) => line[at.get(name) ?? -1] ?? '';
    const number = (name: string) => (text(name) === '' ? null : Number(text(name)));
    const anomalous = text('anomalous') === '1';
    return {
      number: index + 1,
      id: text('id'),
      ends: endsOf([text('source'), text('source_port')], [text('destination'), text('destination_port')]),
      predicted: text('predicted') || (anomalous ? 'anomalous' : 'normal'),
      probability: number('probability'),
      actual: text('actual'),
      anomalous,
      pValue: number('p_value'),
      score: number('score'),
    };
  });
}

function endsOf(...ends: readonly (readonly [address: string, port: string])[]): string {
  const texts = ends.map(([address, port]) =>
    port === '' ? address : `${address.includes(':') ? `[${address}]` : address || 'port '}${address === '' ? '' : ':'}${port}`,
  );
  return texts.every((text) => text === '') ? '' : texts.map((text) => text || '–').join(' → ');
}

function cells(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** Actual against predicted, classes by how frequent they are. */
export function confusionOf(rows: readonly PredictionRow[]): ConfusionCounts {
  const frequency = new Map<string, number>();
  for (const { actual, predicted } of rows) {
    frequency.set(actual, (frequency.get(actual) ?? 0) + 1);
    if (!frequency.has(predicted)) frequency.set(predicted, 0);
  }
  const classes = [...frequency.keys()].sort((a, b) => (frequency.get(b) ?? 0) - (frequency.get(a) ?? 0) || (a < b ? -1 : 1));
  const at = new Map(classes.map((name, index) => [name, index]));
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (const { actual, predicted } of rows) {
    const row = counts[at.get(actual) ?? 0];
    const column = at.get(predicted) ?? 0;
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  return { classes, counts };
}
