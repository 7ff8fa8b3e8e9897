// `npm start`: installs what is missing, builds, runs `vedette up`, which prints the address.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, checkNode, install, root } from './install.mjs';

checkNode();
install();
const status = build();
if (status !== 0) process.exit(status);
const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'up', ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
