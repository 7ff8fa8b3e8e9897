// What `npm start`, `npm test` and `npm run bench` share: install what is missing, build what changed. Node built-ins only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [major, minor] = process.versions.node.split('.').map(Number);

export function checkNode() {
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`vedette needs Node >= 20.19; this is ${process.versions.node}. Install a newer Node and run the command again.`);
  process.exit(1);
}

export function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options }).status ?? 1;
}

/**
 * Installs what the lock file says when node_modules does not match it. `npm ci` wants every optional package of every platform
 * in the lock file; a registry that lacks some makes one without them, which `npm install` accepts.
 */
export function install() {
  const stamp = join(root, 'node_modules', '.vedette-install');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.versions.modules)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing dependencies…');
  const quiet = ['--no-fund', '--no-audit', '--loglevel=error'];
  if (run('npm', ['ci', ...quiet], { stdio: 'ignore' }) !== 0) {
    const status = run('npm', ['install', '--no-save', ...quiet]);
    if (status !== 0) process.exit(status);
  }
  writeFileSync(stamp, wanted);
}

function newest(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), status.mtimeMs);
}

/** Runs a step unless its stamp is as new as everything it is made from. */
function unlessCurrent(stamp, parts, step) {
  const latest = Math.max(...parts.map((part) => newest(join(root, part))));
  if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= latest) return 0;
  const status = step();
  if (status === 0) writeFileSync(stamp, String(latest));
  return status;
}

const bin = (...parts) => join(root, 'node_modules', ...parts);
/** Packages are bundled too. */
const LOCK = 'package-lock.json';

/** Bundles entries and threads of a folder of modules. */
export const bundle = (modules, out, ...entries) => run(process.execPath, [join(root, 'scripts', 'bundle.mjs'), modules, out, ...entries]);

/** Builds src/ to dist/ and dashboard/ to dist/dashboard/ where they are newer than the last build. */
export function build({ clean = false } = {}) {
  if (clean) rmSync(join(root, 'dist'), { recursive: true, force: true });
  const bundled = unlessCurrent(join(root, 'dist', '.built'), ['src', 'scripts/bundle.mjs', LOCK], () => bundle('src', 'dist', 'cli/main'));
  if (bundled !== 0) return bundled;
  return unlessCurrent(join(root, 'dist', '.built-dashboard'), ['dashboard', 'src/server/api', LOCK], () =>
    run(process.execPath, [bin('vite', 'bin', 'vite.js'), 'build', 'dashboard', '--logLevel', 'warn']),
  );
}
