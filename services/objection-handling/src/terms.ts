import { Parameters } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import type { ObjectionTerms } from './objection-deadline.rules.ts';

/** Time limits of §6.3: those of the day on which a clock starts (§12). */
@Injectable()
export class Terms {
  private readonly read: (date?: string) => ObjectionTerms;

  constructor(parameters: Parameters) {
    this.read = parameters.reading({
      accept: 'objection.accept_wd',
      mark: 'objection.mark_wd',
      selfCheck: 'objection.selfcheck_wd',
      forward: 'objection.forward_wd',
      verify: 'objection.verify_wd',
      extension: 'objection.verify_ext_wd',
      correct: 'objection.correct_wd',
      answer: 'objection.answer_wd',
      total: 'objection.total_wd',
      hard: 'objection.hard_wd',
    });
  }

  /** @param date a day of Beijing. */
  on(date: string): ObjectionTerms {
    return this.read(date);
  }
}
