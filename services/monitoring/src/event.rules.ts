export { isEvent as is } from '@lianxin/contracts';

/** An instant in UTC, so that instants compare as text. */
export function utc(instant: string): string {
  return new Date(instant).toISOString();
}
