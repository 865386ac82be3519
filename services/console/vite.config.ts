import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, defineConfig } from 'vite';
import { stamp } from './build-stamp.mjs';

/** `<credit-check>` is one file for the screens of others, without a hash in its name and with nothing beside it. */
async function buildEmbed(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['@lianxin/source', 'module', 'browser', 'development|production'] },
    build: {
      target: ['chrome90'],
      outDir: join(import.meta.dirname, 'dist'),
      emptyOutDir: false,
      copyPublicDir: false,
      lib: {
        entry: join(import.meta.dirname, 'src/embed/credit-check.ts'),
        formats: ['iife'],
        name: 'LianxinCreditCheck',
        fileName: () => 'credit-check.js',
      },
    },
  });
}

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
      closeBundle: async () => {
        compress();
        await buildEmbed();
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
    rollupOptions: { input: ['index.html', 'simulator.html', 'frame.html'].map((page) => join(import.meta.dirname, page)) },
  },
});
