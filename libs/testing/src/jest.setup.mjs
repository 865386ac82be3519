import { mkdtempSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const variables = { postgres: 'LIANXIN_TEST_POSTGRES_URL', kafka: 'LIANXIN_TEST_KAFKA', redis: 'LIANXIN_TEST_REDIS_URL' };
const signals = { SIGINT: 130, SIGTERM: 143 };
/** How often is looked whether scripts/test.mjs is still there. */
const lookMs = 500;

/** Jest does not resolve imports of a global setup itself, so Node is told to read our sources as the tests do. */
async function importSources() {
  if (process.features.typescript === false || registerHooks === undefined) {
    throw new Error(`The tests need Node 24; this is ${process.version}. Run them with npm test, which brings it.`);
  }
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier, { ...context, conditions: ['@lianxin/source', ...context.conditions] }),
  });
  try {
    return await import('./servers.ts');
  } finally {
    hooks.deregister();
  }
}

/**
 * Starts the servers that the environment names no address for, once for the whole run.
 * LIANXIN_TEST_ONLY (comma separated: postgres, kafka, redis) starts no others; LIANXIN_TEST_ENGINE=docker starts them in containers.
 */
export default async function startServers() {
  let servers;
  let isEnding = false;
  // Jest would leave without the global teardown.
  const end = async (status) => {
    if (isEnding) return;
    isEnding = true;
    await servers?.stop().catch(() => undefined);
    process.exit(status);
  };
  // scripts/test.mjs waits for this run as long as it lives: when it was killed, nobody would hear how this ends.
  if (process.env.LIANXIN_TEST_RUN_DIR !== undefined) {
    const starter = process.ppid;
    setInterval(() => process.ppid !== starter && void end(signals.SIGTERM), lookMs).unref();
  }
  // Where specs of one run leave what others compare; scripts/test.mjs gives one to several runs of Jest.
  if (process.env.LIANXIN_TEST_RUN_DIR === undefined) {
    process.env.LIANXIN_TEST_RUN_DIR = mkdtempSync(join(tmpdir(), 'lianxin-run-'));
    globalThis.lianxinTestRunDir = process.env.LIANXIN_TEST_RUN_DIR;
  }
  const only = process.env.LIANXIN_TEST_ONLY?.split(',').map((kind) => kind.trim());
  const unknown = only?.filter((kind) => !(kind in variables)) ?? [];
  if (unknown.length > 0) throw new Error(`LIANXIN_TEST_ONLY: ${unknown.join(', ')} is none of ${Object.keys(variables).join(', ')}`);
  const kinds = (only ?? Object.keys(variables)).filter((kind) => process.env[variables[kind]] === undefined);
  if (kinds.length === 0) return;

  const { startTestServers } = await importSources();
  const engine = process.env.LIANXIN_TEST_ENGINE === 'docker' ? 'docker' : 'native';
  const cacheDir = process.env.LIANXIN_CACHE_DIR ?? join(import.meta.dirname, '../../../.cache');
  servers = await startTestServers({ kinds, engine, cacheDir });
  Object.assign(process.env, servers.environment);
  globalThis.lianxinTestServers = servers;
  for (const [signal, code] of Object.entries(signals)) process.once(signal, () => void end(code));
  // Without a database there is nothing to test; a server that was asked for by name must be there.
  const fatal = servers.gaps.filter(({ kind }) => kind === 'postgres' || only !== undefined);
  if (fatal.length > 0) {
    await servers.stop();
    throw new AggregateError(
      fatal.map(({ cause }) => cause),
      fatal.map(({ cause }) => String(cause)).join('\n'),
    );
  }
}
