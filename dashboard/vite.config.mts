import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npx vite dashboard` proxies to a running `vedette up`; VEDETTE_URL names another one.
const target = process.env.VEDETTE_URL ?? 'http://127.0.0.1:7734';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no data: URLs for fonts or scripts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
            { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/]/, priority: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': target, '/docs': target } },
});
