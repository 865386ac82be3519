import { service } from '@lianxin/execution-feedback/app.module';
import { boot } from '@lianxin/platform';

/** execution-feedback alone in a process, started by bench/export with its environment; it tells its own memory, in bytes, when it is asked. */
export interface Memory {
  /** When it was asked last. */
  readonly before: number;
  /** The most since then. */
  readonly highest: number;
}

const lookMs = 20;
let before = 0;
let highest = 0;
const look = () => {
  highest = Math.max(highest, process.memoryUsage.rss());
};

const running = await boot(service, process.env, { aloneInProcess: true });
setInterval(look, lookMs);
process.on('message', () => {
  look();
  process.send?.({ before, highest } satisfies Memory);
  before = process.memoryUsage.rss();
  highest = before;
});
process.once('disconnect', () => void running.close().then(() => process.exit(0)));
process.send?.(running.url);
