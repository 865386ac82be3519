import { Metrics, ServiceContext } from '@lianxin/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { Counter } from 'prom-client';
import type { PlanRow } from './applicable.rules.ts';
import { CheckSettings } from './config.ts';

/** A subject at one revision: whatever may apply to it then, and never anything else. */
export interface DocumentKey {
  readonly subjectId: string;
  readonly revision: number;
}

const redisTimeoutMs = 50;
/** A Redis that failed is asked again after this time whether it answers; no check waits for that. */
const redisPauseMs = 500;
const redisKeptSeconds = 3600;
const nameOf = ({ subjectId, revision }: DocumentKey) => `lianxin:check:${subjectId}:${revision}`;

/** How a document stands in Redis; another number whenever `PlanRow` changes, so that processes of two versions do not read each other's. */
const format = 1;
const textOf = ({ subjectId, revision }: DocumentKey, rows: readonly PlanRow[]) => JSON.stringify({ format, subjectId, revision, rows });

/** The document that Redis keeps under a key; undefined for whatever else stands there, which then counts as missing. */
function documentOf(key: DocumentKey, text: string): readonly PlanRow[] | undefined {
  try {
    const kept = JSON.parse(text) as { format?: unknown; subjectId?: unknown; revision?: unknown; rows?: unknown } | null;
    const isWhole = kept?.format === format && kept.subjectId === key.subjectId && kept.revision === key.revision;
    return isWhole && Array.isArray(kept.rows) ? (kept.rows as PlanRow[]) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Documents by subject and revision, in this process and in Redis when there is one. The revision comes from the database with every check, so a document
 * can be missing, but never old: a Redis that is empty, slow, gone or full of yesterday costs speed and nothing else.
 */
@Injectable()
export class SubjectDocuments implements OnApplicationShutdown {
  private readonly own: LRUCache<string, readonly PlanRow[]>;
  private readonly redis: Redis | undefined;
  /** Set while Redis is left alone: it has failed, and has not answered since. */
  private redisProbe: NodeJS.Timeout | undefined;
  private isClosed = false;
  private readonly looked: Counter;

  constructor(
    settings: CheckSettings,
    private readonly context: ServiceContext,
    metrics: Metrics,
  ) {
    this.own = new LRUCache({ max: settings.cachedSubjects });
    this.looked = new Counter({
      name: 'lx_check_documents_total',
      help: 'Documents of subjects looked up, by where they were found',
      labelNames: ['where'],
      registers: [metrics.registry],
    });
    if (settings.redisUrl === undefined) return;
    this.redis = new Redis(settings.redisUrl, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: redisTimeoutMs,
      connectTimeout: 2000,
      retryStrategy: () => redisPauseMs,
      enableAutoPipelining: true,
    });
    // Its state shows in each failing command; without a listener the error would end the process.
    this.redis.on('error', () => undefined);
  }

  /** Those of the wanted documents that are at hand. */
  async find(keys: readonly DocumentKey[]): Promise<Map<string, readonly PlanRow[]>> {
    const found = new Map<string, readonly PlanRow[]>();
    const missing: DocumentKey[] = [];
    for (const key of keys) {
      const document = this.own.get(nameOf(key));
      if (document === undefined) missing.push(key);
      else found.set(key.subjectId, document);
    }
    this.looked.inc({ where: 'process' }, found.size);
    const shared = await this.findShared(missing);
    for (const [index, key] of missing.entries()) {
      const text = shared[index];
      const document = typeof text === 'string' ? documentOf(key, text) : undefined;
      if (document === undefined) continue;
      this.own.set(nameOf(key), document);
      found.set(key.subjectId, document);
      this.looked.inc({ where: 'redis' });
    }
    this.looked.inc({ where: 'database' }, keys.length - found.size);
    return found;
  }

  /** Keeps a document; nobody waits for Redis to have it. */
  keep(key: DocumentKey, document: readonly PlanRow[]): void {
    this.own.set(nameOf(key), document);
    if (this.redis === undefined || this.redisProbe !== undefined) return;
    this.redis.set(nameOf(key), textOf(key, document), 'EX', redisKeptSeconds).catch((error: unknown) => this.leaveAlone(error));
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.redisProbe);
    this.redis?.disconnect();
  }

  private async findShared(keys: readonly DocumentKey[]): Promise<readonly (string | null)[]> {
    if (this.redis === undefined || keys.length === 0 || this.redisProbe !== undefined) return [];
    try {
      return await this.redis.mget(keys.map(nameOf));
    } catch (error) {
      this.leaveAlone(error);
      return [];
    }
  }

  private leaveAlone(error: unknown): void {
    if (this.redisProbe !== undefined) return;
    this.context.logger.warn({ err: error }, 'Redis is slow or gone: checks read the database');
    this.probeLater();
  }

  /** A slow Redis would hold up every check that tries it: it is tried by a question of its own until it answers in time. */
  private probeLater(): void {
    if (this.isClosed) return;
    this.redisProbe = setTimeout(() => {
      this.redis?.ping().then(
        () => {
          this.redisProbe = undefined;
          this.context.logger.info('Redis answers again');
        },
        () => this.probeLater(),
      );
    }, redisPauseMs).unref();
  }
}
