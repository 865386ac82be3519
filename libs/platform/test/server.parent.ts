import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessAlive } from '../src/servers/process.identity.ts';
import { waitUntil } from '../src/servers/waiting.ts';

/** A Node process that started a server and can be killed. */
export interface Parent {
  pid: number;
  /** What the parent said about its server. */
  facts: Record<string, string | number>;
  /** Kills the parent, not the server, and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Runs `start` of our servers' module in a Node process of its own, with its script in `folder`.
 * `facts` is an expression over `server` whose value (plain JSON) is handed back.
 */
export async function startInParent(folder: string, start: string, options: object, facts: string): Promise<Parent> {
  const script = join(folder, 'parent.mjs');
  const module = new URL('../src/servers/index.ts', import.meta.url).href;
  await writeFile(
    script,
    `import { ${start} } from ${JSON.stringify(module)};
     const server = await ${start}(${JSON.stringify(options)});
     process.stdout.write(JSON.stringify(${facts}) + '\\n');
     setInterval(() => undefined, 1000);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part) => {
    said += String(part);
  });
  await waitUntil(() => said.includes('\n') || child.exitCode !== null, { what: `a parent has called ${start}`, timeoutMs: 40_000 });
  return { pid: child.pid ?? 0, facts: JSON.parse(said), kill: () => killAndWait(child) };
}

async function killAndWait(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await waitUntil(async () => !(await isProcessAlive(child.pid ?? 0)), { what: 'the parent is gone', timeoutMs: 5_000 });
}
