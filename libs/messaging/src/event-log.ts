/** A record as a producer hands it over. The partition follows from the key (`partitionOf`). */
export interface LogRecord {
  readonly topic: string;
  readonly key: string;
  /** CloudEvents attributes in binary mode, `ce_…` and `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

export interface StoredRecord extends LogRecord {
  readonly partition: number;
  /** Dense from 0 within its topic partition. */
  readonly offset: number;
}

export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  /** In order, at least one. */
  readonly records: readonly StoredRecord[];
}

export interface ConsumeOptions {
  /** Consumers of one group share the partitions; each record goes to one of them. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Most records in one batch. */
  readonly maxBatch: number;
  /** Next offset to read, from the consumer's own database: the log's own offsets are hints (design §3). */
  readonly positionOf: (topic: string, partition: number) => Promise<number>;
  /** Resolves when the batch's effects and position are committed. When it throws, the same records come again. */
  readonly onBatch: (batch: LogBatch) => Promise<void>;
  /** Given: batches of different partitions that are there at the same time come together in one call instead, `maxBatch` records at most. */
  readonly onBatches?: ((batches: readonly LogBatch[]) => Promise<void>) | undefined;
  readonly onError: (error: unknown) => void;
  /** True: little may wait for more, up to a fifth of a second, so that much comes in few calls. Read where nobody waits for what is done here. */
  readonly unhurried?: boolean;
}

/** Where a group stands in one topic partition. */
export interface LanePosition {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
}

export interface LogConsumer {
  /** Resolves when this member takes part in the group. */
  readonly ready: Promise<void>;
  /** Finishes the batch under way and leaves the group. */
  close(): Promise<void>;
}

/** The event log. Two engines, one conformance suite (libs/testing). */
export interface EventLog {
  readonly engine: 'kafka' | 'postgres';
  /** Creates what is missing; topics are kept for ever and have `partitionsPerTopic` partitions. */
  ensureTopics(topics: readonly string[]): Promise<void>;
  /** Resolves when every record is durable, in the order given within each key. After a failure the same records may be appended again: readers see doubles, never gaps or another order. */
  append(records: readonly LogRecord[]): Promise<void>;
  consume(options: ConsumeOptions): Promise<LogConsumer>;
  /** Next offset to be written, by partition. */
  endOffsets(topic: string): Promise<ReadonlyMap<number, number>>;
  /**
   * When the oldest record that a group has not read was appended, by topic, to about 2 % of its age; topics that are read to their end are left out.
   * A partition without a position counts from its beginning. For figures, not for decisions.
   */
  oldestUnread(topics: readonly string[], positions: readonly LanePosition[]): Promise<ReadonlyMap<string, Date>>;
  close(): Promise<void>;
}
