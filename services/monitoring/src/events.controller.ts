import { departmentCodeSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal } from '@lianxin/platform';
import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EventStreamWriter } from './event-stream.writer.ts';
import { EventsService } from './events.service.ts';
import { heardEvents } from './monitoring.consumer.ts';
import { StreamReaders } from './stream.readers.ts';
import { cursorOf, StreamService } from './stream.service.ts';

/** How long a client waits before it comes back to a broken stream. */
const retryMs = 3_000;

const knownTypes = new Set(heardEvents.map((definition) => definition.type));
const typesSchema = z
  .string()
  .max(4_000)
  .transform((value) => [...new Set(value.split(',').flatMap((type) => (type === '' ? [] : typesOf(type))))])
  .pipe(
    z.array(z.string().refine((type) => knownTypes.has(type), { error: (issue) => `没有事件类型 ${String(issue.input).slice(0, 100)}` })),
  )
  .optional();
/** The types of one name: itself, or all that begin so where it ends with `.*` (product §D.2: `lianxin.task.*`). */
function typesOf(name: string): string[] {
  if (!name.endsWith('.*')) return [name];
  const types = [...knownTypes].filter((type) => type.startsWith(name.slice(0, -1)));
  return types.length === 0 ? [name] : types;
}

const cursorQuery = z.string().max(500).optional();
export const streamQuerySchema = z.object({ after: cursorQuery, types: typesSchema, department: departmentCodeSchema.optional() });
const pullQuerySchema = streamQuerySchema.extend({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** Seconds. */
  wait: z.coerce.number().int().min(0).max(20).default(0),
});
type StreamQuery = z.infer<typeof streamQuerySchema>;
type PullQuery = z.infer<typeof pullQuerySchema>;

export const eventPageSchema = z
  .object({
    data: z.array(z.record(z.string(), z.unknown())),
    page: z.object({ nextCursor: z.string(), hasMore: z.boolean() }),
    stream: z.object({ receiver: z.string(), sequences: z.array(z.int()), lastSequence: z.int() }),
  })
  .meta({ id: 'EventPage' });

/** The stream of what happens: held open (SSE), or pulled by those behind a firewall. One store, one numbering. */
@ApiTags('事件')
@Controller('api/v1/events')
export class EventsController {
  constructor(
    private readonly stream: StreamService,
    private readonly events: EventsService,
    private readonly readers: StreamReaders,
  ) {}

  @Get()
  @ApiOperation({
    summary: '拉取事件',
    description:
      'after 为上一页的 nextCursor，不带则从头读取；types 为逗号分隔的事件类型，可写 lianxin.task.*；wait 秒内有新事件即返回（长轮询）。部门只得到与本部门有关的事件；stream.sequences 是本接收方的连续编号，跳号即有遗漏（用 types 筛选时除外）。',
  })
  @ApiResponse({ status: 200, standardSchema: eventPageSchema })
  async pull(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pullQuerySchema }) query: PullQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof eventPageSchema>> {
    void reply.header('cache-control', 'no-store');
    const receiver = this.stream.receiverOf(principal, query.department);
    const position = await this.stream.positionOf(principal, receiver, query.after, 'START');
    const request = { limit: query.limit, waitMs: query.wait * 1_000, types: query.types };
    const gone = goneSignal(reply);
    const work = (signal: AbortSignal) => this.events.pull(principal, position, request, signal);
    const page = await (query.wait === 0 ? work(gone) : this.readers.run(gone, work));
    return {
      data: page.events.map((event) => JSON.parse(event.cloudEvent) as Record<string, unknown>),
      page: { nextCursor: cursorOf(page.next), hasMore: page.next.sequence < page.lastSequence },
      stream: { receiver, sequences: page.events.map((event) => event.sequence), lastSequence: page.lastSequence },
    };
  }

  @Get('stream')
  @ApiOperation({
    summary: '事件流（SSE）',
    description:
      '断线后带 Last-Event-ID（或 after）续传，不漏不重；都不带则从当前时刻开始。空闲时定时发送注释行。每条 data 为 CloudEvents JSON。',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false })
  @ApiProduces('text/event-stream')
  async follow(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: streamQuerySchema }) query: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const receiver = this.stream.receiverOf(principal, query.department);
    const position = await this.stream.positionOf(principal, receiver, lastEventId || query.after, 'END');
    await this.readers.run(goneSignal(reply), async (signal) => {
      reply.hijack();
      const writer = new EventStreamWriter(reply.raw, signal);
      await writer.open(cursorOf(position), retryMs);
      // Fastify answers HEAD by the same route: there is nothing to follow then.
      if (request.method === 'HEAD') return writer.end();
      await this.events.follow(principal, position, query.types, writer, signal);
    });
  }
}

/** Aborts when the client has closed the connection, or got its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  if (reply.raw.destroyed) gone.abort();
  return gone.signal;
}
