import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Header, Injectable, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Public } from './principal.guard.ts';

/** What must be well before requests are taken. Every part adds its own check. */
@Injectable()
export class Health {
  private readonly checks = new Map<string, () => Promise<void>>();

  /** @param check throws with the cause while the part is not ready. */
  addCheck(name: string, check: () => Promise<void>): void {
    this.checks.set(name, check);
  }

  async report(): Promise<{ ready: boolean; checks: Record<string, string> }> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          await check();
          return [name, 'ok'] as const;
        } catch (error) {
          return [name, error instanceof Error ? error.message : 'failed'] as const;
        }
      }),
    );
    return { ready: results.every(([, state]) => state === 'ok'), checks: Object.fromEntries(results) };
  }
}

/** A figure that is looked up when somebody asks for the metrics. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** An answer this young is given again instead of a new look. */
  readonly keptMs?: number;
  /**
   * A look takes long: scrapes do not wait for it but show the last answer, and the looks together take at most a fiftieth of the time. Until the first
   * answer is there the figure is missing.
   */
  readonly costly?: boolean;
  readonly read: () => Promise<readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/** A scraper waits ten seconds by default, the gateway five for each service. */
const figureTimeoutMs = 2_000;
/** A costly figure rests this many times as long as its look took. */
const restPerLook = 50;

/** The Prometheus registry of one service; several services may run in one process, each with its own. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private join: (own: string) => Promise<string> = async (own) => own;
  private readonly failed: Counter;

  constructor(service: string, ofProcess: boolean) {
    this.registry.setDefaultLabels({ service });
    if (ofProcess) collectDefaultMetrics({ register: this.registry });
    this.failed = new Counter({
      name: 'lx_figures_failed_total',
      help: 'Figures that could not be looked up in time and are missing from that answer',
      labelNames: ['figure'],
      registers: [this.registry],
    });
  }

  /**
   * Adds a figure that is looked up at each scrape. One that cannot be known is missing from the answer, and counted: it never shows an old or a
   * reassuring value, and never holds up the others.
   */
  watch(figure: Figure): void {
    const kept = { until: 0 };
    let reading: Promise<void> | undefined;
    const gauge = new Gauge({
      name: figure.name,
      help: figure.help,
      labelNames: [...(figure.labels ?? [])],
      registers: [this.registry],
      collect: async () => {
        if (performance.now() < kept.until) return;
        reading ??= this.look(figure, gauge, kept).finally(() => {
          reading = undefined;
        });
        if (figure.costly === true) return;
        const inTime = await withinMs(figureTimeoutMs, reading);
        if (inTime) return;
        clear(gauge);
        this.failed.inc({ figure: figure.name });
      },
    });
  }

  private async look(figure: Figure, gauge: Gauge, kept: { until: number }): Promise<void> {
    const began = performance.now();
    try {
      const values = await figure.read();
      clear(gauge);
      for (const { labels, value } of values) gauge.set({ ...labels }, value);
      const now = performance.now();
      kept.until = now + Math.max(figure.keptMs ?? 0, figure.costly === true ? restPerLook * (now - began) : 0);
    } catch {
      // The cause is told by whatever else uses the part that fails; here the gap itself is the news.
      clear(gauge);
      this.failed.inc({ figure: figure.name });
    }
  }

  /** Lets `/metrics` show more than this service's own figures: the gateway joins those of all services. */
  joinWith(join: (own: string) => Promise<string>): void {
    this.join = join;
  }

  /** What `/metrics` shows, in Prometheus' text format. */
  async text(): Promise<string> {
    return this.join(await this.registry.metrics());
  }
}

function clear(gauge: Gauge): void {
  gauge.reset();
  // Without labels a reset leaves a zero behind.
  gauge.remove({});
}

/** Whether `work` was done in time. */
async function withinMs(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  const clock = new AbortController();
  const late = delay(timeoutMs, false, { signal: clock.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clock.abort();
  }
}

@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  /** The process answers. */
  @Get('livez')
  live() {
    return { status: 'ok' };
  }

  /** Every part this service needs is there. */
  @Get(['readyz', 'healthz'])
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const report = await this.health.report();
    void reply.status(report.ready ? 200 : 503);
    return { status: report.ready ? 'ready' : 'not ready', checks: report.checks };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metricsText(): Promise<string> {
    return this.metrics.text();
  }
}
