/** The servers a test run may need. */
export const serverKinds = ['postgres', 'kafka', 'redis'] as const;
export type ServerKind = (typeof serverKinds)[number];

/** One started server: the variable that tells its address, and how to end it. */
export interface StartedServer {
  variable: string;
  address: string;
  stop(): Promise<void>;
}
