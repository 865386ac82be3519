import { defaultsOf, type ParameterNames, Parameters, type ParameterValues } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';
import type { ListSettings } from './designation-procedure.rules.ts';
import type { BatchSettings } from './national-batch.rules.ts';

const nightNames = { hour: 'list.crosscheck_hour' } as const satisfies ParameterNames;

/** Terms of §2.6, R-2-8 to R-2-10 and R-2-17: those of the day on which a clock starts (§12). */
@Injectable()
export class ListTerms {
  /** What designations to lists are judged by, as it was on a day of Beijing. */
  readonly settingsOn: (date: string) => ListSettings;
  readonly batchOn: (date: string) => BatchSettings;
  private readonly nightOn: (date?: string) => ParameterValues<typeof nightNames>;

  constructor(parameters: Parameters) {
    this.settingsOn = parameters.reading({
      defenceWorkdays: 'list.defence_days_wd',
      defenceReviewWorkdays: 'list.defence_review_wd',
      redNoticeWorkdays: 'list.red.notice_wd',
      serveWorkdays: 'list.serve_wd',
      shareWorkdays: 'list.share_wd',
      reviewWorkdays: 'list.review_wd',
    });
    this.batchOn = parameters.reading({
      matchWorkdays: 'batch.match_wd',
      verifyWorkdays: 'batch.verify_wd',
      reportWorkdays: 'batch.report_wd',
      hardWorkdays: 'batch.hard_wd',
    });
    this.nightOn = parameters.reading(nightNames);
  }

  /** Hour of the night, Beijing time, at which all honours are checked against the black lists again (R-2-10 d). */
  get crossCheckHour(): number {
    return this.nightOn().hour;
  }

  /** The same before anything was ever changed. */
  get firstCrossCheckHour(): number {
    return defaultsOf(nightNames).hour;
  }
}
