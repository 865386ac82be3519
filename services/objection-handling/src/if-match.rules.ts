import { ProblemError } from '@lianxin/contracts';

/** Version in an `If-Match` header; undefined when the caller does not care. @throws ProblemError STALE for what is no version */
export function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (version === undefined) throw new ProblemError('STALE', 'If-Match 应为读取时得到的 ETag');
  return Number(version);
}
