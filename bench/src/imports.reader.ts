import { createReadStream } from 'node:fs';
import { openTable, TableFault } from '@lianxin/tables';

/** Reads one file in a process of its own and prints rows, seconds and memory over the idle process as JSON. */
const [path = ''] = process.argv.slice(2);
const idle = process.memoryUsage.rss();
let highest = idle;
const watch = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, 10);
const started = performance.now();
let rows = 0;
let refused: string | null = null;
try {
  const table = await openTable(createReadStream(path, { highWaterMark: 512 * 1024 }) as AsyncIterable<Buffer>);
  for await (const _row of table.rows) rows++;
} catch (error) {
  if (!(error instanceof TableFault)) throw error;
  refused = error.code;
}
clearInterval(watch);
console.log(JSON.stringify({ rows, refused, seconds: (performance.now() - started) / 1000, megabytes: (highest - idle) / 1024 / 1024 }));
