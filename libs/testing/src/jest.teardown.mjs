import { rmSync } from 'node:fs';

/** Stops what the global setup started, and names in the last lines of the run what could not be tested. */
export default async function stopServers() {
  if (globalThis.lianxinTestRunDir !== undefined) rmSync(globalThis.lianxinTestRunDir, { recursive: true, force: true });
  const servers = globalThis.lianxinTestServers;
  if (!servers) return;
  await servers.stop();
  for (const { kind, cause } of servers.gaps) {
    process.stderr.write(`\nNOT TESTED: ${kind} could not be started, so tests that need it have failed. ${String(cause)}\n`);
  }
}
