/** How a command ended (product §B.8). Scripts rely on the numbers. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, notFound: 3, conflict: 4, partial: 5 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What the status of a refusal means for the command that asked. */
export function exitCodeOfStatus(status: number): ExitCode {
  if (status === 404) return exitCodes.notFound;
  // 412: somebody changed the row meanwhile, a conflict in other words.
  if (status === 409 || status === 412) return exitCodes.conflict;
  return exitCodes.failure;
}

/** Several acts in one command: all well, all failed alike, or some of each. */
export function exitCodeOfMany(codes: readonly ExitCode[]): ExitCode {
  const [first] = codes;
  if (first === undefined) return exitCodes.ok;
  return codes.every((code) => code === first) ? first : exitCodes.partial;
}

/** How a job of the server ended, or rests until a person decides; undefined while it is under way. */
export function exitCodeOfJob(status: string): ExitCode | undefined {
  if (['succeeded', 'previewed', 'undone'].includes(status)) return exitCodes.ok;
  // It has stopped and asks.
  if (status === 'paused') return exitCodes.conflict;
  if (status === 'partially_succeeded') return exitCodes.partial;
  return status === 'failed' || status === 'cancelled' ? exitCodes.failure : undefined;
}
