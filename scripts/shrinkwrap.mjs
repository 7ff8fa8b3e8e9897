// `npm pack` calls this before (`write`) and after (`remove`): the package carries a npm-shrinkwrap.json, because `.npmrc` and
// `overrides` do not travel. Of the lock file it leaves out what only development needs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from './install.mjs';

const target = join(root, 'npm-shrinkwrap.json');
if (process.argv[2] === 'remove') rmSync(target, { force: true });
else {
  if (build({ clean: true }) !== 0) process.exit(1);
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.dev === true) delete lock.packages[path];
  }
  delete lock.packages[''].devDependencies;
  writeFileSync(target, `${JSON.stringify(lock, null, 2)}\n`);
}
