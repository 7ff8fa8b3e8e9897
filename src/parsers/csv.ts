/** Rows of an RFC 4180 text: quoted values may hold commas, doubled quotes and line ends. */
export function* csvRows(text: string): Generator<string[]> {
  let row: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    let value: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
      value = text.slice(at, end).replace(/\r$/, '');
      at = end;
    }
    row.push(value);
    if (text[at] === '\r') at++;
    if (text[at] === ',' && at + 1 < text.length) {
      at++;
      continue;
    }
    if (text[at] === ',') row.push('');
    at++;
    yield row;
    row = [];
  }
}
