// `npm run build:dashboard`, and the part of `npm start` and `npm test` that builds the page when it is stale.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..');
const stamp = join(root, 'dist', 'dashboard', '.built');

function newest(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), status.mtimeMs);
}

/** Bundles dashboard/ to dist/dashboard when anything in it, or the lock file, is newer than the last build. Returns the exit status. */
export function buildDashboard() {
  const latest = String(Math.max(newest(folder), newest(join(root, 'package-lock.json'))));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === latest) return 0;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', 'dashboard', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' });
  if (status === 0) writeFileSync(stamp, latest);
  return status ?? 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) process.exit(buildDashboard());
