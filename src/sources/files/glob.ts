/** True when the text uses `*`, `?` or `{a,b}`. */
export function isGlob(pattern: string): boolean {
  return /[*?{]/.test(pattern);
}

/**
 * Test for a path with `/` as separator: `*` and `?` stay inside a folder, `**` crosses folders, `{a,b}` is a choice. A
 * pattern without `/` is compared with the file name alone.
 */
export function globTest(pattern: string): (path: string) => boolean {
  const nameOnly = !pattern.includes('/');
  const expression = new RegExp(`^${translate(pattern)}$`, 's');
  return (path) => expression.test(nameOnly ? path.slice(path.lastIndexOf('/') + 1) : path);
}

function translate(pattern: string): string {
  let out = '';
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '*') {
      if (pattern[i + 1] !== '*') out += '[^/]*';
      else {
        i++;
        const wholeSegment = pattern[i + 1] === '/';
        if (wholeSegment) i++;
        out += wholeSegment ? '(?:.*/)?' : '.*';
      }
    } else if (c === '?') out += '[^/]';
    else if (c === '{') {
      braces++;
      out += '(?:';
    } else if (c === '}' && braces > 0) {
      braces--;
      out += ')';
    } else if (c === ',' && braces > 0) out += '|';
    else out += /[.+^$()|[\]\\}]/.test(c) ? `\\${c}` : c;
  }
  return out + ')'.repeat(braces);
}
