const dayMs = 86_400_000;

/** Limits of the streams, from the configuration. */
export class StreamSettings {
  constructor(
    readonly limits: {
      readonly maxReaders: number;
      readonly heartbeatMs: number;
      readonly lifeMs: number;
      readonly retentionDays: number;
    },
  ) {}

  get retentionDays(): number {
    return this.limits.retentionDays;
  }

  /** Events that happened before this are no longer in the streams. */
  oldestKept(now: Date): Date {
    return new Date(now.getTime() - this.limits.retentionDays * dayMs);
  }
}
