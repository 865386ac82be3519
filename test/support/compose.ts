import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
/** Building the image without any layer to begin from, on a busy machine. */
const upTimeoutMs = 14 * 60_000;

/** The command of the README, so that what is written there is what is tested. */
function readmeCommand(): string {
  const line = readFileSync(join(root, 'README.md'), 'utf8')
    .split('\n')
    .find((text) => text.startsWith('docker compose up'));
  if (line === undefined) throw new Error('README.md no longer says how to start the containers (docker compose up …)');
  return line.split('#')[0]?.trim() ?? '';
}

/** Runs a command of docker on a project of the test's own, so that a system that somebody uses on this engine is left alone. */
async function docker(port: number, words: readonly string[], timeoutMs = 120_000): Promise<string> {
  const { stdout } = await run('docker', words, {
    cwd: root,
    env: { ...process.env, COMPOSE_PROJECT_NAME: 'lianxin-test', LIANXIN_PORT: String(port) },
    timeout: timeoutMs,
    maxBuffer: 512 * 1024 * 1024,
  });
  return stdout;
}

/**
 * Builds the image, starts the containers and waits until all are healthy. What an earlier, killed run left is removed first.
 * @returns the bootstrap key of the installation.
 * @throws Error with the last lines of every container that is not well.
 */
export async function composeUp(port: number): Promise<string> {
  await composeDown(port);
  try {
    await docker(port, readmeCommand().split(' ').slice(1), upTimeoutMs);
  } catch (error) {
    const logs = await docker(port, ['compose', 'logs', '--no-color', '--tail', '20']).catch(() => 'no logs');
    throw new Error(`${(error as Error).message.slice(-2000)}\n${logs}`, { cause: error });
  }
  return (await docker(port, ['compose', 'exec', '-T', 'gateway', 'cat', '/run/lianxin/gateway/LIANXIN_BOOTSTRAP_KEY'])).trim();
}

/** Answers of SELECTs with one text column each, as lines, read by the database's own administrator inside its container. */
export async function composeRows(port: number, statements: readonly string[]): Promise<string[]> {
  const words = statements.flatMap((statement) => ['-c', statement]);
  const text = await docker(port, ['compose', 'exec', '-T', 'postgres', 'psql', '-qAtX', '-U', 'postgres', '-d', 'lianxin', ...words]);
  return text.split('\n').filter((line) => line !== '');
}

/** Removes containers, networks and volumes of the test's own project. */
export async function composeDown(port: number): Promise<void> {
  await docker(port, ['compose', 'down', '--volumes', '--remove-orphans', '--timeout', '20']);
}
