import { defaultsOf, Parameters, type ParameterValues } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import type { DeadlineTerms } from './deadline.rules.ts';
import type { UrgeTerms } from './urge.rules.ts';

/** Terms of §4.4 as the rules take them: those of the day on which a clock starts (§12). */
@Injectable()
export class TaskTerms {
  private readonly read: (date?: string) => DeadlineTerms;

  constructor(parameters: Parameters) {
    this.read = parameters.reading({
      acknowledgeDays: 'task.ack_wd',
      decideReturnDays: 'task.return_decide_wd',
      executeDays: 'task.execute_wd',
      armDays: 'task.armed_wd',
      startRewardDays: 'task.reward_wd',
      feedbackDays: 'task.feedback_wd',
      feedbackAtLatestDays: 'task.feedback_max_wd',
      hitFeedbackDays: 'task.hit_feedback_wd',
      liftDays: 'task.lift_wd',
      leastAfterObjectionDays: 'task.release_min_wd',
      cycleDay: 'task.cycle_day',
      restoreDays: 'restore.reputation_wd',
    });
  }

  /** @param date a day of Beijing, today unless told otherwise. */
  on(date?: string): DeadlineTerms {
    return this.read(date);
  }
}

const urgeNames = {
  remind: 'urge.remind_wd',
  yellowDays: 'urge.yellow_wd',
  redDays: 'urge.red_wd',
  circularDays: 'urge.circular_wd',
  fromHour: 'urge.from_hour',
  toHour: 'urge.to_hour',
} as const;

/** When and at what distance from a due time anybody is written to (§4.5): as it is on the day of the urging. */
@Injectable()
export class UrgeTimes {
  private readonly read: (date?: string) => ParameterValues<typeof urgeNames>;

  constructor(parameters: Parameters) {
    this.read = parameters.reading(urgeNames);
  }

  on(date?: string): UrgeTerms {
    return termsOf(this.read(date));
  }

  /** Before anything was ever changed. */
  byDefault(): UrgeTerms {
    return termsOf(defaultsOf(urgeNames));
  }
}

/** In §12 a reminder stands at a negative day; the rules count back. */
function termsOf({ remind, ...times }: ParameterValues<typeof urgeNames>): UrgeTerms {
  return { ...times, remindDays: -remind };
}
