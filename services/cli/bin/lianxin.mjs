#!/usr/bin/env node
// The command stands here and not in dist/, so that it is linked and executable before the first build.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`lianxin: 需要 Node ≥ 22.12，当前为 ${process.versions.node} / needs Node ≥ 22.12. → npm run -s lianxin -- …`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error('lianxin: 尚未构建 / not built yet. → npm run build');
  process.exitCode = 1;
} else {
  await import(main.href);
}
