import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, instantSchema } from '../vocabulary.ts';

/** Key of every event about calendars: they concern no subject. */
export const calendarKey = 'calendar';

/** Sent when the working-day table of a year has been loaded or corrected (R-7-3). Deadlines that reach into that year are computed again. */
export const calendarLoaded = defineEvent({
  type: 'lianxin.calendar.loaded.v1',
  effect: 'INFORMS',
  titleZh: '工作日历加载',
  data: z.object({
    year: z.int().min(2000).max(2199),
    /** Grows by one with every correction of that year. */
    version: z.int().positive(),
    /** The annual notice of the State Council General Office. */
    source: z.string(),
    off: z.array(dateSchema).max(366),
    work: z.array(dateSchema).max(366),
    loadedAt: instantSchema,
  }),
});
