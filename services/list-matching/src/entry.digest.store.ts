import { Digests } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';

/** What others copy of the entries in force, for the comparison by night (design §3, guarantee 5). Entries under way and entries that are over are no rows. */
@Injectable()
export class EntryDigest {
  constructor(digests: Digests) {
    digests.own('list_entry.status', `SELECT id::text, version, status FROM list_entry WHERE status IN ('ACTIVE', 'SUSPENDED')`);
    // Closed for its subject it has effect for the persons whom it still binds (T22).
    // Held: stopped by a court, in dispute, or not confirmed by its source (T13, T14, R-2-6b). Of another region and not recognised: without effect (R-2-16).
    digests.own(
      'list_entry.effect',
      `SELECT id::text, version, activation_no || CASE WHEN status = 'SUSPENDED' OR disputed OR EXISTS (
           SELECT 1 FROM source_question WHERE entry_id = list_entry.id AND source_question.status = 'OPEN') THEN '|HELD' ELSE '|ACTIVE' END
       FROM list_entry WHERE (status IN ('ACTIVE', 'SUSPENDED') OR (status = 'CLOSED_SUBJECT' AND parties_continue)) AND recognised IS NOT FALSE`,
    );
  }
}
