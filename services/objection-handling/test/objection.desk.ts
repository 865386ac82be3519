import { expect } from '@jest/globals';
import type { EventDefinition, Principal, ProblemBody } from '@lianxin/contracts';
import { type EventFeeder, eventually, principalOf, type TestAnswer } from '@lianxin/testing';
import type { ObjectionView } from '../src/objection.schemas.ts';
import { approverOf, creditOffice, handlerOf, type JournalCity } from './journal.city.ts';
import { submission } from './objection.sayings.ts';
import { Flag } from './sayings.ts';

export const window = principalOf(['WINDOW_CLERK'], ['DATAJ']);
export const tax = handlerOf('SHUIJ');
export const taxApprover = approverOf('SHUIJ');

/** What people at windows, in the office and in units do with objections. */
export function objectionDesk(city: () => JournalCity, feeder: () => EventFeeder) {
  const act = <Body = ObjectionView>(who: Principal, id: string, step: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    city().post<Body>(who, `/api/v1/objections/${id}/${step}`, body, headers);
  const must = async (answer: Promise<TestAnswer<ObjectionView>>) => {
    const { status, body } = await answer;
    expect([status, body]).toEqual([expect.any(Number), expect.objectContaining({ number: expect.any(String) })]);
    return body;
  };
  const refusal = async (answer: Promise<TestAnswer<unknown>>) => {
    const { status, body } = await answer;
    return [status, (body as ProblemBody).code];
  };
  const told = <Definition extends EventDefinition>(definition: Definition, id: string) =>
    eventually(`${definition.type} is told`, () =>
      feeder()
        .eventsOf(definition)
        .find((event) => (event.data as { objectionId?: string }).objectionId === id),
    );

  async function inForce(flag = new Flag()): Promise<Flag> {
    await city().hear(flag.activated({ time: '2026-11-02T02:00:00.000Z' }), flag.planMade());
    return flag;
  }
  const submitted = async (flag: Flag, change: Record<string, unknown> = {}, who: Principal = window) =>
    must(city().post<ObjectionView>(who, '/api/v1/objections', submission(flag, change)));
  async function verifying(flag: Flag): Promise<ObjectionView> {
    const { id } = await submitted(flag);
    await must(act(creditOffice, id, 'accept'));
    await must(act(creditOffice, id, 'self-check'));
    await must(act(creditOffice, id, 'forward'));
    return must(act(tax, id, 'verify'));
  }
  return { act, must, refusal, told, inForce, submitted, verifying };
}
