import { ProblemError } from '@lianxin/contracts';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type ParkedList, parkedKeySchema, type RedriveReport, redriveResultSchema } from './parked.api.ts';
import type { ServiceName } from './route.rules.ts';
import { type ServiceAnswer, Services } from './services.client.ts';

const listTimeoutMs = 10_000;
const redriveTimeoutMs = 60_000;
const refusalSchema = z.object({ code: z.string(), detail: z.string() });

/** Parked keys of all services as one list, and redrive wherever a key is parked. */
@Injectable()
export class ParkedKeysService {
  constructor(private readonly services: Services) {}

  /** Severe ones first, then the longest waiting. Services that did not answer are named: what they hold is not in the list. */
  async list(authorization: string, limit: number): Promise<ParkedList> {
    const answers = await this.askAll(`/api/v1/parked?limit=${limit}`, { authorization, timeoutMs: listTimeoutMs });
    const lists = answers.map(({ service, answer }) => ({
      service,
      rows: answer?.status === 200 ? z.object({ data: z.array(parkedKeySchema) }).parse(JSON.parse(answer.text)).data : undefined,
    }));
    const rows = lists.flatMap(({ rows }) => rows ?? []);
    rows.sort(
      (left, right) =>
        Number(right.severity === 'SEVERE') - Number(left.severity === 'SEVERE') || left.parkedAt.localeCompare(right.parkedAt),
    );
    return { data: rows.slice(0, limit), unavailable: lists.filter(({ rows }) => rows === undefined).map(({ service }) => service) };
  }

  /**
   * Sends the redrive to every service; those that have not parked the key do nothing.
   * @throws ProblemError PARKED_KEY_UNKNOWN when none has it, REDRIVE_FAILED when it still fails in one, UNAVAILABLE when one could not be asked.
   */
  async redrive(authorization: string, key: string): Promise<RedriveReport> {
    const path = `/api/v1/parked/${encodeURIComponent(key)}/redrive`;
    const answers = await this.askAll(path, { method: 'POST', authorization, timeoutMs: redriveTimeoutMs });
    const withStatus = (status: number) =>
      answers.flatMap(({ service, answer }) => (answer?.status === status ? [{ service, answer }] : []));
    const failed = withStatus(409).map(({ service, answer }) => `${service}：${refusalSchema.parse(JSON.parse(answer.text)).detail}`);
    if (failed.length > 0) throw new ProblemError('REDRIVE_FAILED', failed.join('；'));
    const unclear = answers
      .filter(({ answer }) => answer === undefined || ![200, 404].includes(answer.status))
      .map(({ service }) => service);
    if (unclear.length > 0) throw new ProblemError('UNAVAILABLE', `以下服务未完成重放，请重试：${unclear.join('、')}`);
    const results = withStatus(200).map(({ answer }) => redriveResultSchema.parse(JSON.parse(answer.text)));
    if (results.length === 0) throw new ProblemError('PARKED_KEY_UNKNOWN', '没有任何服务停放该键');
    const sum = (count: (result: (typeof results)[number]) => number) => results.reduce((total, result) => total + count(result), 0);
    return {
      key,
      handled: sum((result) => result.handled),
      setAside: sum((result) => result.setAside),
      remaining: sum((result) => result.remaining),
      services: results,
    };
  }

  private askAll(
    path: string,
    options: Parameters<Services['ask']>[2],
  ): Promise<{ service: ServiceName; answer: ServiceAnswer | undefined }[]> {
    return Promise.all(
      // No answer is an outcome of its own, told to the caller by the service's name.
      this.services.names.map(async (service) => ({
        service,
        answer: await this.services.ask(service, path, options).catch(() => undefined),
      })),
    );
  }
}
