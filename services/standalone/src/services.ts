import { fileURLToPath } from 'node:url';
import { boot, type Environment, type RunningService } from '@lianxin/platform';

/**
 * Every service of the system: the one table. A module is loaded when it is asked for, since the distributed launcher needs none.
 * Only the gateway shows the figures of the whole process beside its own.
 */
const starters = {
  'list-matching': async (environment: Environment) =>
    boot((await import('@lianxin/list-matching/app.module')).service, environment, beside),
  'measure-decomposition': async (environment: Environment) =>
    boot((await import('@lianxin/measure-decomposition/app.module')).service, environment, beside),
  'execution-feedback': async (environment: Environment) =>
    boot((await import('@lianxin/execution-feedback/app.module')).service, environment, beside),
  'window-check': async (environment: Environment) => boot((await import('@lianxin/window-check/app.module')).service, environment, beside),
  monitoring: async (environment: Environment) => boot((await import('@lianxin/monitoring/app.module')).service, environment, beside),
  'credit-repair': async (environment: Environment) =>
    boot((await import('@lianxin/credit-repair/app.module')).service, environment, beside),
  'objection-handling': async (environment: Environment) =>
    boot((await import('@lianxin/objection-handling/app.module')).service, environment, beside),
  gateway: async (environment: Environment) => boot((await import('@lianxin/gateway/app.module')).service, environment),
} as const satisfies Record<string, (environment: Environment) => Promise<RunningService>>;
const beside = { aloneInProcess: false };

export type ServiceName = keyof typeof starters;
export const serviceNames = Object.keys(starters) as ServiceName[];
/** Those that stand behind the gateway. */
export const innerServices = serviceNames.filter((name) => name !== 'gateway');

/** Starts a service in this process. @throws whatever keeps it from starting. */
export function startHere(name: ServiceName, environment: Environment): Promise<RunningService> {
  return starters[name](environment);
}

/** The program of a service that runs as a process of its own. */
export function programOf(name: ServiceName): string {
  return fileURLToPath(new URL('./main.js', import.meta.resolve(`@lianxin/${name}/app.module`)));
}
