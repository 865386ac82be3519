import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { ExportModule, exportMigrationOf } from '@lianxin/exports';
import { Clock, Database, Health, Metrics, ServiceContext, type ServiceDefinition, TokenSigner } from '@lianxin/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiClientController } from './api-client.controller.ts';
import { apiClientExport } from './api-client.export.ts';
import { ApiClientService } from './api-client.service.ts';
import { Callers } from './callers.ts';
import { type Config, configSchema, rateLimitOf } from './config.ts';
import { serveConsole } from './console.files.ts';
import { DemoController, DemoCredentials } from './demo.controller.ts';
import { addressLimitKey, clientOf, guardDoor } from './door.ts';
import { forwardToServices } from './forwarding.ts';
import { MetaController, metaOf, SystemMeta } from './meta.controller.ts';
import { apiClients } from './migrations/0001-api-clients.ts';
import { OpenApiService } from './openapi.service.ts';
import { PagesController } from './pages.controller.ts';
import { ParkedKeysController } from './parked.controller.ts';
import { ParkedKeysService } from './parked.service.ts';
import { RateLimits } from './rate-limit.ts';
import { Services } from './services.client.ts';
import { watchServices } from './services.health.ts';
import { joinMetrics } from './services.metrics.ts';

@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    const callers = {
      provide: Callers,
      inject: [Database, Clock],
      useFactory: async (database: Database, clock: Clock) =>
        new Callers(database, await TokenSigner.create(config.LIANXIN_TOKEN_PRIVATE_KEY), config.LIANXIN_BOOTSTRAP_KEY, clock),
    };
    const clients = {
      provide: ApiClientService,
      inject: [Database, Callers],
      useFactory: (database: Database, known: Callers) => new ApiClientService(database, known, config.LIANXIN_DEMO),
    };
    const demoKeys = config.LIANXIN_DEMO ? config.LIANXIN_DEMO_CREDENTIALS_FILE : undefined;
    return {
      module: AppModule,
      imports: [ExportModule.register([apiClientExport])],
      controllers: [
        ApiClientController,
        ParkedKeysController,
        MetaController,
        PagesController,
        ...(demoKeys === undefined ? [] : [DemoController]),
      ],
      providers: [
        ...(demoKeys === undefined ? [] : [{ provide: DemoCredentials, useValue: new DemoCredentials(demoKeys) }]),
        callers,
        clients,
        { provide: Services, useFactory: () => new Services(config.LIANXIN_SERVICE_URLS) },
        { provide: SystemMeta, useValue: new SystemMeta(metaOf(config)) },
        ParkedKeysService,
        OpenApiService,
      ],
    };
  }
}

/** Everything that stands before Nest's routes: safe headers, the door, the way through it, local files. */
async function prepare(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const services = app.get(Services);
  const { logger } = app.get(ServiceContext);
  watchServices(app.get(Health), services, config.LIANXIN_DEMO ? config.LIANXIN_DEMO_SEED_FILE : undefined);
  joinMetrics(app.get(Metrics), services);
  await fastify.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: contentPolicy } });
  const common = { redisUrl: config.LIANXIN_REDIS_URL, logger };
  const limits = {
    clients: await RateLimits.create(fastify, { ...common, limit: rateLimitOf(config), clientOf }),
    addresses: await RateLimits.create(fastify, {
      ...common,
      limit: config.LIANXIN_PUBLIC_RATE_LIMIT_PER_SECOND,
      clientOf: addressLimitKey(config.LIANXIN_TRUSTED_PROXIES),
    }),
  };
  fastify.addHook('onClose', async () => {
    limits.clients.close();
    limits.addresses.close();
  });
  guardDoor(fastify, app.get(Callers), limits);
  await fastify.register(fastifyStatic, {
    root: dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json'))),
    prefix: '/docs/',
    index: false,
    allowedPath: (path) => ['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png'].includes(path),
  });
  fastify.get('/docs/', async (_request, reply) => reply.redirect('/docs'));
  await serveConsole(fastify, config.LIANXIN_CONSOLE_DIR, config.LIANXIN_EMBED_ORIGINS);
  await forwardToServices(fastify, services, logger);
}

/** A page of ours may load from this host only (product §0.1 no. 9); Swagger UI sets styles in place and draws its icons from data. */
const contentPolicy = {
  'default-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

export const service = {
  name: 'gateway',
  titleZh: '网关',
  config: configSchema,
  migrations: [apiClients, exportMigrationOf('gateway')],
  module: (config: Config) => AppModule.register(config),
  plugins: prepare,
  document: (app, own) => app.get(OpenApiService).joined(own),
} satisfies ServiceDefinition<typeof configSchema.shape>;
