// `npm run build`: src/ to dist/, dashboard/ to dist/dashboard/.
import { build } from './install.mjs';

process.exit(build());
