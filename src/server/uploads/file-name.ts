const MOST = 128;

/** A name from outside as a file name that stays in its folder on every system: letters, digits, `.`, `_`, `-`. */
export function safeFileName(name: string | undefined): string {
  const base = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  const clean = base
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^[._-]+/, '')
    .slice(-MOST);
  return clean === '' ? 'upload' : clean.replace(/^[._-]+/, '') || 'upload';
}
