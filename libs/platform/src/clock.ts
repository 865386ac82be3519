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

  private tables: ((now: Date) => WorkingDayCalendar) | undefined;

  /** The working-day tables that are loaded (R-7-3): those that came with the product, until a service has its own. */
  calendar(): WorkingDayCalendar {
    return this.tables?.(this.now()) ?? calendar2026;
  }

  /** Names where the tables come from; what it gives for the same instant is the same object. */
  readTablesFrom(tables: (now: Date) => WorkingDayCalendar): void {
    this.tables = tables;
  }
}
