import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  type EventData,
  type LianxinEvent,
  type Principal,
  type ProblemBody,
  type ReplayOwner,
  replayAssessed,
  replayOwners,
  replayRequested,
} from '@lianxin/contracts';
import { EventFeeder, eventually, principalOf, type TestAnswer } from '@lianxin/testing';
import yauzl from 'yauzl';
import type { ReplayView } from '../src/replay.schemas.ts';
import { catalogue } from './catalogue.sayings.ts';
import { JournalCity } from './journal.city.ts';
import { type Flag, say } from './sayings.ts';

export type Answer = EventData<typeof replayAssessed>;
type Requested = LianxinEvent<EventData<typeof replayRequested>>;
export const admin = principalOf(['REPLAY_ADMIN'], [], 'admin-one');
export const secondAdmin = principalOf(['REPLAY_ADMIN'], [], 'admin-two');

/** An owner's answer that finds nothing to do. */
export function assessment(request: Requested, owner: ReplayOwner, change: Partial<Answer> = {}): Answer {
  const { replayId, round, entryId, subjectId, change: asked } = request.data;
  return {
    ...{ replayId, round, entryId, subjectId, change: asked, owner, part: 1, parts: 1, result: 'ASSESSED', clause: null, detail: null },
    ...{ acts: false, versions: [], entries: [], plans: [], tasks: [], unchangedTasks: 0, state: null, mismatches: [] },
    ...change,
  };
}

export const entryRow = (flag: Flag, action: 'KEEP' | 'END' | 'CORRECT' | 'RETURN', change: Partial<Answer['entries'][number]> = {}) => ({
  ...{
    entryId: flag.entryId,
    subjectId: flag.subjectId,
    number: 'LYG-HMD-2026-000001',
    listCode: flag.listCode,
    listType: 'BLACK' as const,
  },
  ...{ designatingDepartment: flag.designatingDepartment, entryVersion: 1, activationNo: 1, status: 'ACTIVE', action },
  ...{ clause: action === 'KEEP' ? null : 'T18', facts: null, validTo: null },
  ...change,
});

export const taskRow = (
  flag: Flag,
  action: 'ADD' | 'WITHDRAW' | 'CHANGE' | 'KEEP' | 'RESTORE',
  change: Partial<Answer['tasks'][number]> = {},
) => ({
  ...{ action, taskId: flag.planId, entryId: flag.entryId, partyId: flag.subjectId, partySubjectId: flag.subjectId },
  ...{ measureCode: 'TAX-01', departmentCode: 'CZJ', status: 'FED_BACK', keptBy: [] },
  ...change,
});

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The service alone; the test plays the three owners. */
export class ReplayCity {
  private constructor(
    readonly journal: JournalCity,
    readonly feeder: EventFeeder,
  ) {}

  static async create(): Promise<ReplayCity> {
    const journal = await JournalCity.create();
    const feeder = await EventFeeder.for(journal.city);
    await feeder.listen(['lianxin.replay', 'lianxin.restoration']);
    await journal.hear(...catalogue());
    return new ReplayCity(journal, feeder);
  }

  async inForce(...flags: readonly Flag[]): Promise<void> {
    await this.journal.hear(...flags.flatMap((flag) => [flag.activated({ time: '2026-11-02T02:00:00.000Z' }), flag.planMade()]));
  }

  plan(body: Record<string, unknown>, who: Principal = admin, headers: Record<string, string> = {}) {
    return this.journal.post<ReplayView>(who, '/api/v1/replays', { reason: '复核', ...body }, headers);
  }

  /** Who confirms or approves has read the difference as it is now. */
  async act(id: string, step: string, who: Principal = admin, body: object = {}, headers: Record<string, string> = {}) {
    const read = step === 'confirm' || step === 'approve' ? { sha256: (await this.get(id)).sha256 } : {};
    return this.journal.post<ReplayView>(who, `/api/v1/replays/${id}/${step}`, { ...read, ...body }, headers);
  }

  async get(id: string, who: Principal = admin): Promise<ReplayView> {
    return (await this.journal.get<ReplayView>(who, `/api/v1/replays/${id}`)).body;
  }

  /** Waits for a question to the owners about this entry. */
  asked(replayId: string, entryId: string, round: number): Promise<Requested> {
    return eventually(`the owners are asked, round ${round}`, () =>
      this.feeder
        .eventsOf(replayRequested)
        .find(({ data }) => data.replayId === replayId && data.entryId === entryId && data.round === round),
    );
  }

  /** The owners answer one question, each in its turn. */
  async answer(request: Requested, change: Partial<Record<ReplayOwner, Partial<Answer>>> = {}): Promise<void> {
    await this.journal.send(
      ...replayOwners.map((owner) => say(replayAssessed, request.key, assessment(request, owner, change[owner]), { time: request.time })),
    );
  }

  /** The owners say nothing for all the times that they are asked. */
  async silent(id: string): Promise<void> {
    const { city } = this.journal;
    await city.query(
      `UPDATE objection_handling.replay_case SET attempts = 11, asked_at = asked_at - interval '1 day' WHERE replay_id = $1 AND state IN ('ASKED', 'ORDERED')`,
      [id],
    );
    await city.query(`UPDATE objection_handling.timer SET due_at = now() WHERE kind = 'replay-turn' AND reference = $1`, [id]);
  }

  async until(id: string, status: ReplayView['status']): Promise<ReplayView> {
    return eventually(`the replay is ${status}`, async () => {
      const view = await this.get(id);
      return view.status === status ? view : undefined;
    });
  }

  async download(who: Principal, path: string): Promise<Buffer> {
    return (await this.journal.city.download(this.journal.running, who, path)).bytes;
  }

  async close(): Promise<void> {
    await this.feeder.close();
    await this.journal.close();
  }
}

export async function refusal(answer: Promise<TestAnswer<unknown>>): Promise<[number, string]> {
  const { status, body } = await answer;
  return [status, (body as ProblemBody).code];
}

/** Reads an archive as any program for archives does. */
export async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const archive = await yauzl.fromBufferPromise(bytes);
  const files = new Map<string, Buffer>();
  for await (const entry of archive.eachEntry()) files.set(entry.fileName, await buffer(await archive.openReadStreamPromise(entry)));
  return files;
}
