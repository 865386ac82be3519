import { Digests } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';

/** What the figures count beside those whose it is, for the comparison by night (design §3, guarantee 5). */
@Injectable()
export class ReadModelDigest {
  constructor(digests: Digests) {
    digests.hold(
      'list_entry.status',
      `SELECT entry_id::text, (registers->>'version')::integer, registers->>'status' FROM entry WHERE registers->>'status' IN ('ACTIVE', 'SUSPENDED')`,
    );
    digests.hold(
      'task.status',
      `SELECT task_id::text, (registers->>'version')::integer, registers->>'status' FROM task
       WHERE registers->>'status' NOT IN ('LIFTED', 'CANCELLED', 'NOT_APPLICABLE')`,
    );
  }
}
