import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By how much the heap may grow over what lives in it before it is collected, in per cent; V8's own rule lets it grow fourfold on a large machine. */
const growthPercent = 30;
let running = 0;

/**
 * Runs work that reads millions of short-lived rows with a heap that is collected early: what a page of rows leaves behind is collected after tens of
 * megabytes, not hundreds (docs/profile.md). Afterwards V8 decides as before.
 */
export async function withTightHeap<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running++ === 0) {
    setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
    collect();
  }
  try {
    return await work();
  } finally {
    if (--running === 0) setFlagsFromString('--heap-growing-percent=0');
  }
}

/** The rule counts from the last collection, which in a young process has not been: its heap would grow by a hundred megabytes first. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
}
