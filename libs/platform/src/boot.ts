import { randomUUIDv7 } from 'node:crypto';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Logger } from 'pino';
import { z } from 'zod';
import { Clock } from './clock.ts';
import { type Environment, type PlatformConfig, platformConfigSchema, readConfig } from './config.ts';
import { databaseRolesOf, roleUrl } from './database.roles.ts';
import { Database } from './database.ts';
import { Health, HealthController, Metrics } from './health.ts';
import { idempotencyMigration } from './idempotency.ts';
import { parseJsonBody } from './json.parser.ts';
import { createLogger, NestLogger } from './logger.ts';
import { type Migration, migrate } from './migrations.ts';
import { PersonalData } from './personal-data.ts';
import { PrincipalGuard } from './principal.guard.ts';
import { ProblemFilter } from './problem.filter.ts';
import { traceRequests } from './telemetry.http.ts';
import type { Tracing } from './telemetry.tracing.ts';
import { Telemetry } from './telemetry.ts';
import { TokenVerifier } from './tokens.ts';
import { validationPipe } from './validation.pipe.ts';

/** What every service's `app.module.ts` says of itself. */
export interface ServiceDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** `list-matching`; its schema and roles follow from it. */
  readonly name: string;
  /** Titles of its API document. */
  readonly titleZh: string;
  readonly config: z.ZodObject<Shape>;
  readonly migrations: readonly Migration[];
  /** The service's only module. */
  readonly module: (config: z.infer<z.ZodObject<Shape>>) => DynamicModule;
  /** Registers Fastify plugins (multipart, proxy) before the routes are made. */
  readonly plugins?: (app: NestFastifyApplication, config: z.infer<z.ZodObject<Shape>>) => Promise<void>;
  /** What `/openapi.json` shows instead of the service's own document: the gateway joins those of all services. */
  readonly document?: (app: NestFastifyApplication, own: OpenAPIObject) => Promise<unknown>;
}

export interface RunningService {
  readonly name: string;
  readonly app: NestFastifyApplication;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly logger: Logger;
  /** Stops taking requests and events, finishes what is under way, closes connections. */
  close(): Promise<void>;
}

/** Largest JSON body; files go another way. */
export const maxBodyBytes = 1024 * 1024;
/** Longest time in which one request must have arrived whole: a list file of 200 MB over a slow line. */
const requestTimeoutMs = 10 * 60_000;

@Global()
@Module({})
class PlatformModule {}

/**
 * Starts one service: reads its configuration, brings its schema up to date, starts HTTP and, by its own modules, relay, consumers and timers.
 * @throws ConfigError with all faults at once.
 */
export async function boot<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  environment: Environment,
  options: { aloneInProcess?: boolean } = {},
): Promise<RunningService> {
  const platform = readConfig(platformConfigSchema, environment);
  const config = readConfig(definition.config, environment);
  const logger = createLogger(definition.name, platform.LIANXIN_LOG_LEVEL);
  const roles = databaseRolesOf(definition.name);
  await migrate(roleUrl(platform.LIANXIN_DATABASE_URL, platform.LIANXIN_DATABASE_SECRET, roles.owner), roles.schema, [
    idempotencyMigration,
    ...definition.migrations,
  ]);
  const telemetry = await Telemetry.open(definition.name, platform, logger);
  const context = new ServiceContext(definition.name, platform, logger, telemetry.tracing);
  const database = await Database.connect(definition.name, platform, telemetry.tracing);
  const module = await platformModule(context, database, new Metrics(definition.name, options.aloneInProcess ?? true));

  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) => requestIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: class {}, imports: [module, definition.module(config)] },
    adapter,
    {
      logger: new NestLogger(logger),
      bufferLogs: false,
      bodyParser: false,
      abortOnError: false,
    },
  );
  try {
    await prepare(app, definition, config);
    await app.listen({ port: platform.LIANXIN_SERVICE_PORT, host: platform.LIANXIN_SERVICE_HOST });
  } catch (error) {
    // What has begun (relay, consumers, timers) must not go on behind a start that failed.
    await app.close();
    await database.close();
    await telemetry.close();
    throw error;
  }
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  let closing: Promise<void> | undefined;
  return {
    name: definition.name,
    app,
    url,
    logger,
    close: () => {
      closing ??= (async () => {
        await app.close();
        await database.close();
        await telemetry.close();
      })();
      return closing;
    },
  };
}

/** Traces, body parser, the service's own plugins, validation, problems, guard and API document: all that stands around its routes. */
async function prepare<Shape extends z.ZodRawShape>(
  app: NestFastifyApplication,
  definition: ServiceDefinition<Shape>,
  config: z.infer<z.ZodObject<Shape>>,
): Promise<void> {
  const { logger, tracing } = app.get(ServiceContext);
  traceRequests(app.getHttpAdapter().getInstance(), tracing, app.get(Metrics));
  useJsonParser(app);
  await definition.plugins?.(app, config);
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalGuards(new PrincipalGuard(app.get(Reflector), app.get(TokenVerifier)));
  const document = openApiOf(app, definition);
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', async () => (definition.document === undefined ? document : definition.document(app, document)));
}

/** The caller's `x-request-id` where it is short and plain enough to stand in logs and answers, else a new one. */
function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(header) ? header : randomUUIDv7();
}

async function platformModule(context: ServiceContext, database: Database, metrics: Metrics): Promise<DynamicModule> {
  const { config } = context;
  const health = new Health();
  health.addCheck('database', () => database.ping());
  metrics.watch({
    name: 'lx_database_connections',
    help: 'Connections of this process to the database by pool and state, and callers that wait for one',
    labels: ['pool', 'state'],
    read: async () => database.connections().map(({ pool, state, count }) => ({ labels: { pool, state }, value: count })),
  });
  const providers = [
    { provide: Database, useValue: database },
    { provide: Health, useValue: health },
    { provide: Metrics, useValue: metrics },
    { provide: PersonalData, useValue: new PersonalData(config.LIANXIN_PERSONAL_DATA_KEYS, config.LIANXIN_PERSONAL_DATA_HASH_KEY) },
    { provide: TokenVerifier, useValue: await TokenVerifier.create(config.LIANXIN_TOKEN_PUBLIC_KEY) },
    { provide: ServiceContext, useValue: context },
    Clock,
  ];
  return {
    module: PlatformModule,
    global: true,
    providers,
    exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    controllers: [HealthController],
  };
}

/** Name, configuration, logger and traces of the running service. */
export class ServiceContext {
  constructor(
    readonly name: string,
    readonly config: PlatformConfig,
    readonly logger: Logger,
    readonly tracing: Tracing,
  ) {}

  /** CloudEvents source. */
  get source(): string {
    return `urn:credit:${this.config.LIANXIN_CITY_REGION}:${this.name}`;
  }
}

function useJsonParser(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) => {
    if (body === '') return undefined;
    return parseJsonBody(body);
  });
}

function openApiOf<Shape extends z.ZodRawShape>(app: NestFastifyApplication, definition: ServiceDefinition<Shape>): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle(definition.titleZh)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'apiKey');
  return SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
}
