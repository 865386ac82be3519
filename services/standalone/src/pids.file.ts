import { join } from 'node:path';
import { endProcess, findProcesses } from '@lianxin/platform/servers';
import { z } from 'zod';
import { findFile, writeFileAtomic } from './atomic-file.ts';
import { programOf, serviceNames } from './services.ts';

const pidsSchema = z.record(z.string(), z.int().positive());
/** Longest time that a service of a dead launcher gets to end in good order. */
const orphanTimeoutMs = 5_000;

/** `pids.json`: process name → its present number, kept current. */
export class PidsFile {
  private readonly pids: Record<string, number> = {};
  private writing: Promise<void> = Promise.resolve();
  private readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'pids.json');
  }

  /** Notes what runs under a name now; one write at a time, so that the last word is the last written. */
  set(name: string, pid: number): Promise<void> {
    this.pids[name] = pid;
    const write = () => writeFileAtomic(this.path, `${JSON.stringify(this.pids, null, 2)}\n`, 0o644);
    this.writing = this.writing.then(write, write);
    return this.writing;
  }

  /**
   * Ends the services that a killed launcher left running. A number alone proves nothing: it may since belong to a stranger, or the program to a system on
   * another data folder, so both must fit.
   */
  async endOrphans(): Promise<string[]> {
    const noted = pidsSchema.safeParse(parse(await findFile(this.path))).data ?? {};
    const ended = await Promise.all(
      serviceNames.map(async (name) => {
        const pid = noted[name];
        if (pid === undefined || !(await findProcesses([programOf(name)])).includes(pid)) return [];
        await endProcess(pid, 'SIGTERM', orphanTimeoutMs);
        return [name];
      }),
    );
    return ended.flat();
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
