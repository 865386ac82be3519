import type { Principal } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, type TestAnswer, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { publishCatalogue } from './designations.ts';

export const wageOffice = principalOf(['DEPT_HANDLER'], ['RSJ']);
export const taxOffice = principalOf(['DEPT_HANDLER'], ['SHUIJ']);
export const safetyOffice = principalOf(['DEPT_HANDLER'], ['YJJ']);
export const court = principalOf(['DEPT_HANDLER'], ['ZY']);
export const market = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
export const creditOffice = principalOf(['CREDIT_OFFICE']);
export const auditor = principalOf(['AUDITOR']);

/** A city in which list-matching runs alone, with the departments of the catalogue. */
export class ListCity {
  private constructor(
    readonly city: TestCity,
    readonly feeder: EventFeeder,
    public running: RunningService,
  ) {}

  static async create(eventLog: 'postgres' | 'kafka' = 'postgres'): Promise<ListCity> {
    const city = await TestCity.create(eventLog, ['list-matching']);
    const feeder = await EventFeeder.for(city);
    const lists = new ListCity(city, feeder, await city.boot(service));
    await feeder.listen([
      'lianxin.list_entry',
      'lianxin.subject',
      'lianxin.match',
      'lianxin.public_record',
      'lianxin.public_report',
      'lianxin.replay',
      'lianxin.digest',
    ]);
    await publishCatalogue(feeder);
    await lists.ready();
    return lists;
  }

  async ready(): Promise<void> {
    await eventually('the service is ready', async () => (await this.city.call(this.running, undefined, 'GET', '/readyz')).status === 200);
  }

  call<Body = Record<string, unknown>>(
    principal: Principal | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<Body>> {
    return this.city.call<Body>(this.running, principal, method, path, { body, headers });
  }

  async close(): Promise<void> {
    await this.feeder.close();
    await this.city.close();
  }
}
