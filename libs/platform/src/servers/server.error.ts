/** A server could not be started or kept running. `message` names the cause, `remedy` what the operator can do about it. */
export class ServerError extends Error {
  override readonly name = 'ServerError';

  readonly remedy: string;

  constructor(cause: string, remedy: string, options: { cause?: unknown } = {}) {
    super(`${cause} ${remedy}`, options);
    this.remedy = remedy;
  }
}

/** True for a system error of this code, such as "EEXIST". (No `instanceof`: Jest runs tests in a realm with another Error class.) */
export function hasErrorCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
