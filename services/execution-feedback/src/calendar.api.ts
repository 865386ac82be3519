import { dateSchema } from '@lianxin/contracts';
import { z } from 'zod';

export const calendarRequestSchema = z
  .object({
    year: z.int().min(2024).max(2199),
    /** The annual notice of the State Council General Office, with its number. */
    source: z.string().trim().min(2).max(300),
    /** Weekdays and weekend days that are off; days of this year only. */
    off: z.array(dateSchema).max(366),
    /** Weekend days that are worked. */
    work: z.array(dateSchema).max(366),
  })
  .meta({ id: 'CalendarRequest' });
export type CalendarRequest = z.infer<typeof calendarRequestSchema>;

export const calendarViewSchema = z
  .object({
    year: z.int(),
    version: z.int(),
    source: z.string(),
    off: z.array(z.string()),
    work: z.array(z.string()),
    loadedBy: z.string(),
    loadedAt: z.string(),
    /** From this instant on the table counts, and deadlines are computed again. */
    effectiveAt: z.string(),
  })
  .meta({ id: 'Calendar' });

export const calendarListSchema = z
  .object({
    data: z.array(calendarViewSchema),
    /** Years up to the next one without a table (CALENDAR_MISSING): deadlines that reach into them are provisional. */
    missingYears: z.array(z.int()),
  })
  .meta({ id: 'CalendarList' });
