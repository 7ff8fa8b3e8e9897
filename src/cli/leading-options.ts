/** Common options that take a value. */
const COMMON = ['-c', '--config', '--home', '--tenant', '--seed', '--set', '-o', '--output'];

/**
 * `vedette --home DIR analyze FILE` as `vedette analyze FILE --home DIR`: what every command understands may stand before its
 * name too. `argv` as of process.argv.
 */
export function leadingOptionsBehind(argv: readonly string[]): string[] {
  const [node = '', script = '', ...words] = argv;
  const leading: string[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at] as string;
    const name = word.split('=')[0] as string;
    if (!COMMON.includes(name) || word === '--') break;
    const taken = word.includes('=') && name.startsWith('--') ? 1 : 2;
    leading.push(...words.slice(at, at + taken));
    at += taken;
  }
  const rest = words.slice(at);
  if (rest.length === 0) return [...argv];
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
  return [node, script, ...rest.slice(0, end), ...leading, ...rest.slice(end)];
}
