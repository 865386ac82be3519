import { beijingDate, calendar2026, type WorkingDayCalendar } from '@lianxin/contracts';
import { Injectable } from '@nestjs/common';

/** The only reader of the time in a service; rules get it as an argument. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** Today in Beijing, `YYYY-MM-DD`. */
  today(): string {
    return beijingDate(this.now());
  }

  /** The working-day tables that are loaded (R-7-3). */
  calendar(): WorkingDayCalendar {
    return calendar2026;
  }
}
