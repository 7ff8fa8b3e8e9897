const SPECIAL = /[",\r\n]|^[=+\-@\t]/;

/**
 * One CSV value (RFC 4180), as logparser writes it and programs read it back: the text itself is never changed. Quotes do not keep a
 * spreadsheet from running it as a formula: tables for people use `csvCell`.
 */
export function csvValue(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(values: readonly string[]): string {
  return `${values.map(csvValue).join(',')}\n`;
}

/** A list of texts as Python prints it, which is what logparser writes and its readers evaluate. */
export function pythonList(values: readonly string[]): string {
  return `[${values.map(pythonText).join(', ')}]`;
}

function pythonText(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let text = quote;
  for (const char of value) {
    const unit = char.codePointAt(0) as number;
    if (char === '\\' || char === quote) text += `\\${char}`;
    else if (char === '\n') text += '\\n';
    else if (char === '\r') text += '\\r';
    else if (char === '\t') text += '\\t';
    else if (unit < 32 || unit === 127) text += `\\x${unit.toString(16).padStart(2, '0')}`;
    else text += char;
  }
  return text + quote;
}
