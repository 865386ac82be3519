// What a container engine on this machine can be used for. `node scripts/containers.mjs` says it: status 0 when all images are there or could be fetched,
// 1 with a list of the images that are missing, 2 without an engine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');
const fetchTimeoutMs = 5 * 60_000;
/** The reaper that testcontainers asks for. */
const reaper = 'testcontainers/ryuk:0.14.0';

function docker(...words) {
  const result = spawnSync('docker', words, { cwd: root, encoding: 'utf8', timeout: fetchTimeoutMs });
  const fault = result.error?.message ?? result.stderr.trim().split('\n').at(-1);
  return { ok: result.status === 0, text: (result.stdout ?? '').trim(), fault };
}

/** Images that compose, the Dockerfile and the tests name, without those that are built here. */
function neededImages() {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8').matchAll(/^\s+image: (?!lianxin\/)(\S+)$/gm);
  const base = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8').matchAll(/^FROM (\S+:\S+)/gm);
  return [...new Set([...[...compose, ...base].map((match) => match[1]), reaper])];
}

/**
 * Looks for an engine with compose and for every image, and fetches the images that are not there yet.
 * @returns {{ gap?: string, missing: string[], standIns: string[] }} `gap`: in one line why containers cannot be used here; `standIns`: images that were
 * built on this machine in place of those of the registry.
 */
export function findContainers() {
  const engine = docker('info');
  if (!engine.ok) return { gap: `no container engine is reachable (${engine.fault})`, missing: [], standIns: [] };
  const compose = docker('compose', 'version');
  if (!compose.ok) return { gap: `the container engine has no compose (${compose.fault})`, missing: [], standIns: [] };
  let fault;
  // The first image that cannot be fetched speaks for the others: each attempt may take its time to fail.
  const missing = neededImages().filter((image) => {
    if (docker('image', 'inspect', image).ok) return false;
    if (fault === undefined) fault = faultOfFetching(image);
    return fault !== undefined;
  });
  const standIns = neededImages().filter(
    (image) => docker('image', 'inspect', '--format', '{{index .Config.Labels "stand-in"}}', image).text === 'true',
  );
  return {
    ...(missing.length > 0 ? { gap: `images are missing and cannot be fetched: ${missing.join(', ')} (${fault})` } : {}),
    missing,
    standIns,
  };
}

function faultOfFetching(image) {
  console.error(`fetching ${image} …`);
  const { ok, fault } = docker('pull', '--quiet', image);
  return ok ? undefined : fault;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { gap, missing } = findContainers();
  if (gap !== undefined) console.error(gap);
  for (const image of missing) console.log(image);
  process.exit(gap === undefined ? 0 : missing.length > 0 ? 1 : 2);
}
