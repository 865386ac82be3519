import { ProblemError } from '@lianxin/contracts';

/**
 * Version in an `If-Match` header; undefined when the caller does not care.
 * @throws ProblemError STALE when it is no ETag of a task.
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new ProblemError('STALE', 'If-Match 应为读取任务时得到的 ETag');
  return Number(version);
}
