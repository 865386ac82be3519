import { readdir, readFile } from 'node:fs/promises';

const tickMs = 10;

interface ProcessTimes {
  readonly parent: number;
  /** Processor time of the process and of its ended children, milliseconds. */
  readonly cpuMs: number;
}

async function readTimes(pid: number): Promise<ProcessTimes | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name of the program, in brackets, may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  const own = Number(fields[11]) + Number(fields[12]);
  const ended = Number(fields[13]) + Number(fields[14]);
  return { parent: Number(fields[1]), cpuMs: (own + ended) * tickMs };
}

/** Processor time so far of each named process with all its children (PostgreSQL works in children), milliseconds. Linux only. */
export async function cpuOfProcesses(pids: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const all = new Map<number, ProcessTimes>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = await readTimes(Number(name));
    if (times !== undefined) all.set(Number(name), times);
  }
  const nameOf = new Map(Object.entries(pids).map(([name, pid]) => [pid, name]));
  const sums: Record<string, number> = {};
  for (const [pid, { cpuMs }] of all) {
    let at: number | undefined = pid;
    while (at !== undefined && at > 1 && !nameOf.has(at)) at = all.get(at)?.parent;
    const name = at === undefined ? undefined : nameOf.get(at);
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + cpuMs;
  }
  return sums;
}
