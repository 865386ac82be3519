import { Injectable } from '@nestjs/common';
import { type ApiDocument, mergeDocuments } from './openapi.merge.ts';
import { apiPrefix, type ServiceName, serviceOf } from './route.rules.ts';
import { Services } from './services.client.ts';

const timeoutMs = 5_000;
const freshMs = 60_000;

/** The API document of the whole system, joined from those of the services. */
@Injectable()
export class OpenApiService {
  private readonly kept = new Map<ServiceName, { document: ApiDocument; freshUntil: number }>();

  constructor(private readonly services: Services) {}

  /** @param own the gateway's document; its paths go first. A service that does not answer and never did is named in `x-unavailable`. */
  async joined(own: object): Promise<object> {
    const documents = await Promise.all(
      this.services.names.map(async (service) => ({ service, document: await this.documentOf(service) })),
    );
    const there = documents.flatMap(({ service, document }) =>
      document === undefined ? [] : [{ service, document, shows: (path: string) => serviceOf(path) === service }],
    );
    const missing = documents.filter(({ document }) => document === undefined).map(({ service }) => service);
    return {
      ...own,
      openapi: '3.1.0',
      info: { title: '联信 Lianxin：守信联合激励和失信联合惩戒系统', version: '1', description },
      servers: [{ url: '/' }],
      security: [{ apiKey: [] }],
      ...mergeDocuments([{ service: 'gateway', document: own, shows: (path) => path.startsWith(apiPrefix) }, ...there]),
      ...(missing.length > 0 ? { 'x-unavailable': missing } : {}),
    };
  }

  /** The last known document, asked for again after a minute: a service that is down keeps its pages. */
  private async documentOf(service: ServiceName): Promise<ApiDocument | undefined> {
    const kept = this.kept.get(service);
    if (kept !== undefined && kept.freshUntil > Date.now()) return kept.document;
    const answer = await this.services.ask(service, '/openapi.json', { timeoutMs }).catch(() => undefined);
    if (answer?.status !== 200) return kept?.document;
    const document = JSON.parse(answer.text) as ApiDocument;
    this.kept.set(service, { document, freshUntil: Date.now() + freshMs });
    return document;
  }
}

const description =
  '所有路径以 /api/v1 开头，以 `Authorization: Bearer <API 密钥>` 调用。错误为 RFC 9457 问题详情，代码说明见 /problems/{代码}。POST 请求请带 `Idempotency-Key`。';
