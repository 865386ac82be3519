import { randomBytes } from 'node:crypto';
import type { Role } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { TestCity } from '@lianxin/testing';
import { service as gateway } from '../src/app.module.ts';
import { type ServiceName, serviceNames } from '../src/route.rules.ts';
import { neighbour } from './neighbours.ts';

export interface Reply<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A gateway with the four services behind it. */
export class GatewayCity {
  private constructor(
    readonly city: TestCity,
    readonly services: Readonly<Record<ServiceName, RunningService>>,
    readonly gateway: RunningService,
    readonly adminKey: string,
  ) {}

  static async create(settings: Record<string, string> = {}): Promise<GatewayCity> {
    const city = await TestCity.create('postgres', ['gateway', ...serviceNames]);
    const running = await Promise.all(serviceNames.map(async (name) => [name, await city.boot(neighbour(name))] as const));
    const services = Object.fromEntries(running) as Record<ServiceName, RunningService>;
    const bootstrap = randomBytes(33).toString('base64url');
    const door = await city.boot(gateway, { ...environmentOf(services, bootstrap), ...settings });
    return new GatewayCity(city, services, door, bootstrap);
  }

  /** Another gateway before the same services. */
  again(settings: Record<string, string>): Promise<RunningService> {
    return this.city.boot(gateway, { ...environmentOf(this.services, this.adminKey), ...settings });
  }

  /** Registers a client and gives its key. */
  async register(name: string, roles: Role[], departments: string[] = []): Promise<string> {
    const answer = await this.call<{ key: string }>(this.adminKey, 'POST', '/api/v1/api-clients', { name, roles, departments });
    if (answer.status !== 201) throw new Error(`not registered: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.key;
  }

  /** Calls the gateway as a program of a department does. */
  async call<Body = Record<string, unknown>>(
    key: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<Body>> {
    const response = await fetch(this.gateway.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  close(): Promise<void> {
    return this.city.close();
  }
}

function environmentOf(services: Readonly<Record<ServiceName, RunningService>>, bootstrapKey: string): Record<string, string> {
  const urls = Object.fromEntries(Object.entries(services).map(([name, { url }]) => [name, url]));
  return { LIANXIN_SERVICE_URLS: JSON.stringify(urls), LIANXIN_BOOTSTRAP_KEY: bootstrapKey };
}
