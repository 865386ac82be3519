import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { stamp } from './build-stamp.mjs';

/** The gateway sends a file as it lies on disk: the large ones lie there small as well. */
function compress(): void {
  const folder = join(import.meta.dirname, 'dist/assets');
  for (const name of readdirSync(folder)) writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name))));
}

export default defineConfig({
  plugins: [
    react(),
    {
      name: 'finish',
      apply: 'build',
      closeBundle: () => {
        compress();
        stamp();
      },
    },
  ],
  // The same condition by which everything else finds the sources of our libraries.
  resolve: { conditions: ['@lianxin/source', 'module', 'browser', 'development|production'] },
  build: {
    // The browsers of government desktops (product §B.7).
    target: ['chrome90'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
});
