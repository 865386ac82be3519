import { traceHeaders } from '@lianxin/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request } from 'undici';
import { type ServiceName, serviceNames } from './route.rules.ts';

export interface ServiceAnswer {
  readonly status: number;
  readonly text: string;
}

/** Longest wait for the beginning of an answer to a forwarded request: a little more than a statement may take in a service's database. */
const headersTimeoutMs = 90_000;
/** Longest pause within an answer; a stream of events has a heartbeat every 15 s. */
const bodyTimeoutMs = 120_000;

const maximumConnections = 2048;

/** The services behind the door: their addresses and the connections to them. */
@Injectable()
export class Services implements OnApplicationShutdown {
  readonly names = serviceNames;
  /** To each service; every open event stream holds one. */
  readonly agent = new Agent({
    connections: maximumConnections,
    pipelining: 1,
    headersTimeout: headersTimeoutMs,
    bodyTimeout: bodyTimeoutMs,
  });

  constructor(private readonly urls: Readonly<Record<ServiceName, string>>) {}

  urlOf(service: ServiceName): string {
    return this.urls[service];
  }

  /** Asks one service itself, with limits of its own. @throws when it cannot be reached or is too slow. */
  async ask(
    service: ServiceName,
    path: string,
    options: { method?: 'GET' | 'POST'; authorization?: string; timeoutMs: number },
  ): Promise<ServiceAnswer> {
    const { statusCode, body } = await request(this.urls[service] + path, {
      dispatcher: this.agent,
      method: options.method ?? 'GET',
      headers: { ...traceHeaders(), ...(options.authorization === undefined ? {} : { authorization: options.authorization }) },
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    return { status: statusCode, text: await body.text() };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }
}
