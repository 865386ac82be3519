import type { Principal } from '@lianxin/contracts';
import { isTransientDatabaseError, ServiceContext } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { EventStreamWriter } from './event-stream.writer.ts';
import { StreamHub } from './stream.hub.ts';
import { cursorOf, type StreamPage, type StreamPosition, StreamService } from './stream.service.ts';
import { StreamSettings } from './stream.settings.ts';

/** Events held in memory for one open stream. */
const pageSize = 20;
/** Looks into the database that open streams share; the rest wait their turn, and requests keep their connections. */
const maxReads = 3;

/** Reads streams for callers: once with a wait (pull), or for as long as they listen (SSE). */
@Injectable()
export class EventsService {
  private readonly turns = new Turns(maxReads);

  constructor(
    private readonly stream: StreamService,
    private readonly hub: StreamHub,
    private readonly settings: StreamSettings,
    private readonly context: ServiceContext,
  ) {}

  /** A page after `position`; when there is none yet, waits up to `waitMs` for something to come. */
  async pull(
    principal: Principal,
    position: StreamPosition,
    request: { readonly limit: number; readonly waitMs: number; readonly types: readonly string[] | undefined },
    signal: AbortSignal,
  ): Promise<StreamPage> {
    const end = Date.now() + request.waitMs;
    let page = await this.read(principal, position, request.limit, request.types);
    while (page.events.length === 0 && Date.now() < end && !signal.aborted) {
      await this.hub.waitBeyond(position.receiver, page.next.sequence, end - Date.now(), signal);
      page = await this.read(principal, page.next, request.limit, request.types);
    }
    return page;
  }

  /** Sends what follows `position` for as long as the client listens and the stream's life lasts. */
  async follow(
    principal: Principal,
    position: StreamPosition,
    types: readonly string[] | undefined,
    writer: EventStreamWriter,
    signal: AbortSignal,
  ): Promise<void> {
    const { heartbeatMs, lifeMs } = this.settings.limits;
    const end = Date.now() + lifeMs;
    let at = position;
    let beatAt = Date.now() + heartbeatMs;
    try {
      while (!signal.aborted && Date.now() < end) {
        const page = await this.read(principal, at, pageSize, types);
        for (const event of page.events) {
          if (signal.aborted) return;
          await writer.event(cursorOf({ ...page.next, sequence: event.sequence }), event.type, event.cloudEvent);
          beatAt = Date.now() + heartbeatMs;
        }
        at = page.next;
        if (page.events.length > 0) continue;
        await this.hub.waitBeyond(at.receiver, at.sequence, Math.min(beatAt, end) - Date.now(), signal);
        if (Date.now() < beatAt) continue;
        await writer.heartbeat();
        beatAt = Date.now() + heartbeatMs;
      }
    } catch (error) {
      // The answer has begun, so no problem can be told any more: the stream ends, and the client comes back with its last id and is told then.
      const level = isTransientDatabaseError(error) ? 'warn' : 'error';
      this.context.logger[level]({ err: error, receiver: at.receiver }, 'an event stream ended early');
    } finally {
      writer.end();
    }
  }

  private read(principal: Principal, at: StreamPosition, limit: number, types: readonly string[] | undefined): Promise<StreamPage> {
    return this.turns.take(() => this.stream.read(principal, at, limit, types));
  }
}

/** Lets so many run at a time, the others in the order they came. */
class Turns {
  private free: number;
  private readonly queue: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}
