/** What the doctor looks at; the texts of a check stand under its name in the language files. */
export const checkNames = [
  'node',
  'dataDir',
  'credentials',
  'disk',
  'port',
  'livez',
  'readyz',
  'healthz',
  'version',
  'clock',
  'calendar',
  'parked',
] as const;
export type CheckName = (typeof checkNames)[number];

/** SKIPPED: could not be looked at because something before it is missing. */
export type CheckState = 'OK' | 'WARNING' | 'FAULT' | 'SKIPPED';

/** One finding. A warning or fault has a cause and a remedy. */
export interface Check {
  readonly name: CheckName;
  /** Which part, where a check has several. */
  readonly part?: string;
  readonly state: CheckState;
  readonly detail: string;
  readonly cause?: string;
  readonly remedy?: string;
}
