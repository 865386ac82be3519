// Builds the pages unless they are already those of today's sources (without the type check of `npm run build`).
import { fileURLToPath } from 'node:url';
import { isBuilt } from './build-stamp.mjs';

// Pages are built for use, whoever asks: a test that calls must not get the libraries' own development mode.
process.env.NODE_ENV = 'production';
const { build } = await import('vite');
if (!isBuilt()) await build({ root: fileURLToPath(new URL('.', import.meta.url)), logLevel: 'warn' });
