import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { promisify } from 'node:util';
import { hasErrorCode } from './server.error.ts';
import { waitUntil } from './waiting.ts';

const run = promisify(execFile);
const hasProc = process.platform === 'linux';

/** State letter and start time (clock ticks after boot) from /proc/<pid>/stat; the name in brackets may hold spaces and brackets itself. */
async function readLinuxStat(pid: number): Promise<{ state: string; startedAt: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
}

async function readFromPs(pid: number, column: string): Promise<string | undefined> {
  const answer = await run('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)]).catch(() => undefined);
  const text = answer?.stdout.trim();
  return text === '' ? undefined : text;
}

/** True while the process runs. A zombie (ended, but not yet collected, as under an init that collects nothing) counts as ended. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  if (hasProc) {
    const stat = await readLinuxStat(pid);
    return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
  }
  const state = await readFromPs(pid, 'state');
  return state !== undefined && !state.startsWith('Z');
}

/** Tells this process from any later one with the same number, also after a reboot. `undefined` when there is no such process. */
export async function findProcessToken(pid: number): Promise<string | undefined> {
  if (!(await isProcessAlive(pid))) return undefined;
  if (!hasProc) return readFromPs(pid, 'lstart');
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const stat = await readLinuxStat(pid);
  return stat && `${boot.trim()}/${stat.startedAt}`;
}

/** The words of a process's command line; empty when it is gone or has none. Elsewhere than on Linux they are split at spaces. */
export async function readCommandLine(pid: number): Promise<string[]> {
  if (hasProc) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.split('\0').filter((word) => word !== '');
  }
  return (await readFromPs(pid, 'command'))?.split(' ') ?? [];
}

async function listProcessIds(): Promise<number[]> {
  const names = hasProc ? await readdir('/proc') : (await run('ps', ['-axo', 'pid='])).stdout.split('\n');
  return names.map((name) => Number(name.trim())).filter((pid) => Number.isInteger(pid) && pid > 0);
}

async function findProcessesWhere(matches: (words: string[]) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await listProcessIds()) {
    const words = await readCommandLine(pid);
    if (words.length > 0 && matches(words) && (await isProcessAlive(pid))) found.push(pid);
  }
  return found;
}

/**
 * Living processes whose command line holds every one of `words`. Looking at the process table rather than at a pid file has no moment in
 * which a server runs and nobody knows it, and never mistakes a stranger for ours because a number was given out again.
 */
export function findProcesses(words: string[]): Promise<number[]> {
  // Where the words of a command line are only known joined (readCommandLine), ours may hold spaces.
  return findProcessesWhere((commandLine) =>
    words.every((word) => commandLine.includes(word) || (!hasProc && commandLine.join(' ').includes(word))),
  );
}

/** Living servers of ours (PostgreSQL, Kafka, Redis) that were started on data anywhere below `folder`. */
export function findServersBelow(folder: string): Promise<number[]> {
  const isServer = (program: string): boolean => /^(postgres|java|redis-server.*)$/.test(basename(program));
  return findProcessesWhere(
    ([program, ...rest]) => program !== undefined && isServer(program) && rest.some((word) => word.startsWith(`${folder}${sep}`)),
  );
}

/** Sends a signal; false when the process was already gone. Other failures (no permission) are thrown. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (hasErrorCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/** Ends a process that is not our child: asks with `signal` (waking it first, should it be stopped), waits, and then insists with SIGKILL. */
export async function endProcess(pid: number, signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  signalProcess(pid, 'SIGCONT');
  signalProcess(pid, signal);
  const gone = async (): Promise<boolean> => !(await isProcessAlive(pid));
  try {
    await waitUntil(gone, { what: `the end of process ${pid}`, timeoutMs });
  } catch {
    signalProcess(pid, 'SIGKILL');
    await waitUntil(gone, { what: `the end of process ${pid} after SIGKILL`, timeoutMs: 10_000 });
  }
}
