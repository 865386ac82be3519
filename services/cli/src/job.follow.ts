import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import type { jobSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import { exitCodeOfJob } from './exit-code.rules.ts';
import { isPassing } from './faults.ts';
import { JobProgress } from './progress.ts';
import type { Session } from './session.ts';

const pollMs = 250;
/** A server that says nothing for so long is told; the job itself goes on there. */
const maxSilenceMs = 60_000;

/**
 * Follows a job to its end; a server that is away for a moment is asked again, for the job survives a restart.
 * @param path where the job is looked up
 */
export async function followJob<Schema extends typeof jobSchema>(
  session: Session,
  client: ApiClient,
  accepted: z.infer<Schema>,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const progress = new JobProgress(session.terminal, session.texts);
  let job = accepted;
  let heardAt = Date.now();
  try {
    progress.show(job);
    while (exitCodeOfJob(job.status) === undefined) {
      await delay(pollMs);
      try {
        job = await client.prepare({ path }, schema);
        heardAt = Date.now();
      } catch (error) {
        if (!isPassing(error) || Date.now() - heardAt > maxSilenceMs) throw error;
      }
      progress.show(job);
    }
    return job;
  } finally {
    progress.end();
  }
}
