import { readdir, readFile } from 'node:fs/promises';

const tickMs = 10;

export interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  /** Name of the program as the system has it, at most 15 characters. */
  readonly name: string;
  /** Processor time of the process and of its ended children, milliseconds. */
  readonly cpuMs: number;
}

/** Every process of the machine; those that end meanwhile are left out. Linux only. */
export async function readProcesses(): Promise<ProcessState[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const states = await Promise.all(names.map((name) => readState(Number(name))));
  return states.flatMap((state) => state ?? []);
}

async function readState(pid: number): Promise<ProcessState | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name of the program, in brackets, may hold anything.
  const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0);
  return { pid, parent: Number(fields[1]), name, cpuMs: ticks * tickMs };
}

/** Processor time so far of each named process with all its children (PostgreSQL works in children), milliseconds. */
export async function cpuOfProcesses(pids: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const all = new Map((await readProcesses()).map((state) => [state.pid, state]));
  const nameOf = new Map(Object.entries(pids).map(([name, pid]) => [pid, name]));
  const sums: Record<string, number> = {};
  for (const { pid, cpuMs } of all.values()) {
    let at: number | undefined = pid;
    while (at !== undefined && at > 1 && !nameOf.has(at)) at = all.get(at)?.parent;
    const name = at === undefined ? undefined : nameOf.get(at);
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + cpuMs;
  }
  return sums;
}
