const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/**
 * Text for HTML content and quoted attributes. Log lines come from attackers: markup becomes text, and characters that are
 * invisible or turn the reading direction (controls, bidirectional marks, zero-width, tags) are shown as their code.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => ENTITIES[character] as string)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\u2028\u2029\p{Surrogate}]/gu, visible);
}

function visible(character: string): string {
  if (character === '\t' || character === '\n') return character;
  const code = character.codePointAt(0) as number;
  return `\\u{${code.toString(16)}}`;
}

/** An attribute's number: fixed to two decimals, never NaN or Infinity. */
export function px(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}
