import { replayAssessed, replayCarriedOut, replayRefused } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import { ReplayStore } from './replay.store.ts';
import { ReplayWork } from './replay.work.ts';

/** What the owners say to a replay. */
export const replayAnswers = [replayAssessed, replayCarriedOut, replayRefused];

/** Registered before every other handler: the timers of replays are what whoever touches them takes first (see ReplayWork.wake). */
@Injectable()
export class ReplayGate {
  constructor(consumer: EventConsumer, replays: ReplayStore, work: ReplayWork) {
    consumer.register({
      types: replayAnswers,
      together: true,
      apart: true,
      handle: async (tx, events) => {
        const ids = events.map((event) => (event.data as { replayId: string }).replayId);
        const known = await replays.findMany(tx, [...new Set(ids)]);
        if (known.size > 0) await work.wake(tx, [...known.keys()]);
      },
    });
  }
}
