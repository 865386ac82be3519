import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ServerError } from './server.error.ts';

const run = promisify(execFile);
const LEAST_VERSION = 17;
const REMEDY = `Install Java ${LEAST_VERSION} or newer (on Debian: apt install openjdk-17-jre-headless), or name its program.`;

/** Throws a ServerError unless `command` is a Java that is new enough for Kafka 4. */
export async function requireJava(command: string): Promise<void> {
  const answer = await run(command, ['-version']).catch((error: unknown) => {
    throw new ServerError(`Kafka needs Java, and "${command}" could not be run.`, REMEDY, { cause: error });
  });
  // It speaks on stderr: openjdk version "17.0.15" 2025-04-15; up to Java 8 the number began with "1.".
  const version = Number(/version "(?:1\.)?(\d+)/.exec(answer.stderr + answer.stdout)?.[1] ?? 0);
  if (version < LEAST_VERSION)
    throw new ServerError(`Kafka 4 needs Java ${LEAST_VERSION} or newer, "${command}" is Java ${version}.`, REMEDY);
}
