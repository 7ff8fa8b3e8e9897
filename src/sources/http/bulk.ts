/** What an Elasticsearch `_bulk` body asks for: documents as records, and the answer's items in order. */
export interface Bulk {
  readonly documents: Uint8Array[];
  readonly items: Record<string, { status: number; _index?: string; error?: { type: string; reason: string } }>[];
}

const LF = 10;

/** Reads action lines and document lines; `update` gives its `doc`, `delete` nothing. A bad action takes one line. */
export function readBulk(body: Uint8Array): Bulk {
  const documents: Uint8Array[] = [];
  const items: Bulk['items'] = [];
  const lines = linesOf(body);
  for (let i = 0; i < lines.length; i++) {
    const action = actionOf(lines[i] as Uint8Array);
    if (action === undefined) {
      items.push({ index: { status: 400, error: { type: 'illegal_argument_exception', reason: `line ${i + 1} is no bulk action` } } });
      continue;
    }
    const index = action.index === undefined ? {} : { _index: action.index };
    if (action.name === 'delete') {
      items.push({ delete: { ...index, status: 404 } });
      continue;
    }
    const document = lines[++i];
    if (document === undefined) {
      items.push({ [action.name]: { ...index, status: 400, error: { type: 'parse_exception', reason: 'the document is missing' } } });
      continue;
    }
    documents.push(action.name === 'update' ? updateOf(document) : document);
    items.push({ [action.name]: { ...index, status: action.name === 'update' ? 200 : 201 } });
  }
  return { documents, items };
}

function linesOf(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const lf = body.indexOf(LF, start);
    const end = lf === -1 ? body.length : lf;
    const line = body.subarray(start, end);
    if (line.some((byte) => byte > 32)) lines.push(line);
    start = end + 1;
  }
  return lines;
}

function actionOf(line: Uint8Array): { name: 'index' | 'create' | 'update' | 'delete'; index?: string } | undefined {
  if (line.length > 8192) return undefined;
  const value = parse(line);
  if (value === undefined) return undefined;
  for (const name of ['index', 'create', 'update', 'delete'] as const) {
    const target = value[name];
    if (typeof target !== 'object' || target === null) continue;
    const index = (target as Record<string, unknown>)._index;
    return typeof index === 'string' ? { name, index } : { name };
  }
  return undefined;
}

function updateOf(line: Uint8Array): Uint8Array {
  const document = parse(line)?.doc;
  return typeof document === 'object' && document !== null ? new TextEncoder().encode(JSON.stringify(document)) : line;
}

function parse(line: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
