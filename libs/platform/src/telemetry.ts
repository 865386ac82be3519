import { randomUUID } from 'node:crypto';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { PlatformConfig } from './config.ts';
import { Tracing } from './telemetry.tracing.ts';

/** A collector that is slow or gone may hold up the end of a service for this long. */
const exportTimeoutMs = 3_000;
const exportDelayMs = 2_000;
const maxQueuedSpans = 8_192;
const warnAgainAfterMs = 60_000;
/** Contexts that one batch may link to: more than a consumer's largest batch holds. */
const maxLinks = 256;

/**
 * The traces of one service. Several services run in one process, so each has a provider with a resource of its own: a span always names its service.
 * What is active is known to the whole process (one context manager), so one trace runs through them all.
 */
export class Telemetry {
  readonly tracing: Tracing;

  private constructor(
    private readonly provider: TracerProvider,
    private readonly logger: Logger,
  ) {
    this.tracing = new Tracing(provider.getTracer('lianxin'));
  }

  /** Without LIANXIN_OTLP_ENDPOINT nothing is recorded and nothing leaves the process, but trace ids exist and travel all the same. */
  static async open(
    service: string,
    config: Pick<PlatformConfig, 'LIANXIN_OTLP_ENDPOINT' | 'LIANXIN_TRACE_RATIO'>,
    logger: Logger,
  ): Promise<Telemetry> {
    // The first service of the process sets it; for the others this does nothing.
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const endpoint = config.LIANXIN_OTLP_ENDPOINT;
    const exporter = endpoint === undefined ? undefined : await openExporter(endpoint, logger);
    const provider = new TracerProvider({
      // No detector: a host's name or a command line has no place in a trace.
      resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'lianxin', 'service.instance.id': randomUUID() }),
      sampler:
        exporter === undefined
          ? new AlwaysOffSampler()
          : new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.LIANXIN_TRACE_RATIO) }),
      spanLimits: { linkCountLimit: maxLinks, attributeValueLengthLimit: 4_096 },
      spanProcessors:
        exporter === undefined
          ? []
          : [
              new BatchSpanProcessor({
                exporter,
                scheduledDelayMillis: exportDelayMs,
                exportTimeoutMillis: exportTimeoutMs,
                maxQueueSize: maxQueuedSpans,
              }),
            ],
    });
    return new Telemetry(provider, logger);
  }

  /** Sends what is left. A collector that cannot be reached loses spans, never the orderly end of a service. */
  async close(): Promise<void> {
    await this.provider
      .shutdown()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the last spans did not reach the collector'));
  }
}

/** Loaded only when it is wanted: without a collector its code costs neither time nor memory. */
async function openExporter(endpoint: string, logger: Logger): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new TellingExporter(
    new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: exportTimeoutMs }),
    logger,
  );
}

/** Says in the log that spans were lost, once a minute at most; OpenTelemetry itself would say nothing. */
class TellingExporter implements SpanExporter {
  private warnedAt = Number.NEGATIVE_INFINITY;
  private lost = 0;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Logger,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) this.tell(spans.length, result.error);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private tell(count: number, error: Error | undefined): void {
    this.lost += count;
    const now = performance.now();
    if (now - this.warnedAt < warnAgainAfterMs) return;
    this.warnedAt = now;
    this.logger.warn({ err: error, lost: this.lost }, 'spans did not reach the collector of LIANXIN_OTLP_ENDPOINT');
  }
}
