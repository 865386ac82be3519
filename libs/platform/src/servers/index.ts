export { findFreePort, findFreePorts, isPortFree } from './ports.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.server.ts';
export { findProcesses, isProcessAlive } from './process.identity.ts';
export { ServerError } from './server.error.ts';
export type { ServerExit } from './server.process.ts';
export { findReachableDataDir } from './server.user.ts';
export { waitUntil } from './waiting.ts';
