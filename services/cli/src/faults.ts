import { z } from 'zod';
import { type ExitCode, exitCodeOfStatus, exitCodes } from './exit-code.rules.ts';

/** What ends a command: a sentence for people, how to go on, and how the command ends. */
export class CommandFault extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = exitCodes.failure,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CommandFault';
  }
}

/** RFC 9457 body of a refusal, as far as it is shown; a server that is newer than this command may send codes that are not known here. */
export const problemSchema = z.looseObject({
  title: z.string(),
  status: z.int(),
  detail: z.string().default(''),
  remedy: z.string().optional(),
  code: z.string(),
  traceId: z.string().optional(),
  retryable: z.boolean().default(false),
  errors: z.array(z.looseObject({ pointer: z.string(), code: z.string(), detail: z.string() })).default([]),
});
export type Problem = z.infer<typeof problemSchema>;

/** The server refused. */
export class ApiRefusal extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'ApiRefusal';
  }

  get exitCode(): ExitCode {
    return exitCodeOfStatus(this.problem.status);
  }
}

/** Nobody answered, or not in time. */
export class NoAnswer extends Error {
  constructor(
    readonly url: string,
    readonly reason: 'REFUSED' | 'TIMEOUT' | 'BROKEN',
    options?: ErrorOptions,
  ) {
    super(`${url}: ${reason}`, options);
    this.name = 'NoAnswer';
  }
}

/** Whether the same request may well succeed a moment later. */
export function isPassing(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof ApiRefusal && error.problem.retryable);
}
