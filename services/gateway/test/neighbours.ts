import { incidentRaised, type Principal } from '@lianxin/contracts';
import { EventConsumer, MessagingModule, messagingConfigSchema, messagingMigration } from '@lianxin/messaging';
import { CurrentPrincipal, Health, Public, type ServiceDefinition } from '@lianxin/platform';
import { Body, Controller, Get, Headers, Injectable, Module, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { routedServices, type ServiceName } from '../src/route.rules.ts';

/** Services in which the handler fails, and those that are not ready: what a test can break. */
export const failing = new Set<string>();
export const notReady = new Set<string>();
/** What reached the services: method and path. */
export const reached: string[] = [];

const shared = z.object({ same: z.string() }).meta({ id: 'SameEverywhere' });

/**
 * A service behind the door, of our own making and on real parts (boot, database, event log, parked keys), so that the door is tested without the rules of the
 * real ones; those stand behind it in the tests of services/standalone and in the road test.
 */
export function neighbour(name: ServiceName) {
  const [first] = routedServices[name];

  @Controller(`api/v1/${first}`)
  class EchoController {
    @Get()
    @ApiOperation({ summary: '回显' })
    @ApiResponse({ status: 200, standardSchema: shared })
    who(@CurrentPrincipal() principal: Principal, @Headers() headers: Record<string, string>, @Query() query: Record<string, string>) {
      return { service: name, principal, headers, query };
    }

    @Post()
    take(@CurrentPrincipal() principal: Principal) {
      return { service: name, principal };
    }

    @Post(':id/start')
    @ApiResponse({ status: 200, standardSchema: z.object({ only: z.literal(name) }).meta({ id: 'DifferentInEach' }) })
    act(@Param('id') id: string, @Body() body: unknown, @CurrentPrincipal() principal: Principal) {
      reached.push(`POST ${first}/${id}`);
      return { service: name, id, body, principal };
    }

    @Post(':id/break')
    breakOff(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
      reached.push(`POST ${first}/${id}/break`);
      reply.hijack();
      request.raw.socket.destroy();
    }

    @Post('upload')
    async upload(@Req() request: FastifyRequest) {
      let bytes = 0;
      for await (const piece of request.body as AsyncIterable<Buffer>) {
        if (bytes === 0) reached.push('first piece');
        bytes += piece.length;
      }
      return { bytes, type: request.headers['content-type'] };
    }

    @Get('stream')
    async stream(@Res() reply: FastifyReply, @Headers('last-event-id') last: string | undefined) {
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      reply.raw.write(`id: 1\ndata: ${last ?? 'from the start'}\n\n`);
      reached.push('stream opened');
      reply.raw.once('close', () => reached.push('stream closed'));
      reply.hijack();
    }
  }

  /** What one of them answers to anybody. */
  @Public()
  @Controller('api/v1/public')
  class PublicController {
    @Get('list-entries')
    anybody(@Headers() headers: Record<string, string>) {
      return { service: name, headers };
    }
  }

  @Injectable()
  class EchoConsumer {
    constructor(consumer: EventConsumer, health: Health) {
      health.addCheck('its work', async () => {
        if (notReady.has(name)) throw new Error('still loading');
      });
      consumer.register({
        types: [incidentRaised],
        handle: async () => {
          if (failing.has(name)) throw new Error('cannot be handled yet');
        },
      });
    }
  }

  @Module({})
  class NeighbourModule {}

  return {
    name,
    titleZh: name,
    config: messagingConfigSchema,
    migrations: [messagingMigration],
    module: (config) => ({
      module: NeighbourModule,
      imports: [MessagingModule.register(config)],
      controllers: name === 'list-matching' ? [EchoController, PublicController] : [EchoController],
      providers: [EchoConsumer],
    }),
    plugins: async (app) => {
      app
        .getHttpAdapter()
        .getInstance()
        .addContentTypeParser(['application/octet-stream', 'text/csv'], (_request, payload, done) => done(null, payload));
    },
  } satisfies ServiceDefinition<typeof messagingConfigSchema.shape>;
}
