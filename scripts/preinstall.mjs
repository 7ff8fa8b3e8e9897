// Runs when the package is installed, before the install scripts of its dependencies. onnxruntime-node's looks for GPU libraries
// on the network and fails the whole installation where there is none, although the library for the CPU is in the package. Where
// the project's own .npmrc doesn't say so already, it is told here to leave that out. To have it, set ONNXRUNTIME_NODE_INSTALL.
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

if (process.env.ONNXRUNTIME_NODE_INSTALL === undefined && process.env.npm_config_onnxruntime_node_install === undefined) {
  try {
    const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const script = join(dirname(manifest), 'script', 'install.js');
    if (existsSync(script)) writeFileSync(script, '// left out by vedette: the CPU library is in the package\nprocess.exit(0);\n');
  } catch {
    // Not unpacked yet, or laid out otherwise: its own script decides.
  }
}
