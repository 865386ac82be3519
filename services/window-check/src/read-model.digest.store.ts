import { Digests } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';

/** The read model beside those whose copy it is, for the comparison by night (design §3, guarantee 5). */
@Injectable()
export class ReadModelDigest {
  constructor(digests: Digests) {
    digests.hold(
      'list_entry.effect',
      `SELECT entry_id::text, entry_version, activation_no ||
         CASE WHEN status = 'SUSPENDED' OR disputed IS TRUE OR unconfirmed IS TRUE THEN '|HELD' ELSE '|ACTIVE' END
       FROM entry_seen WHERE status IN ('ACTIVE', 'SUSPENDED')`,
    );
    digests.hold(
      'measure_plan.status',
      `SELECT plan_id::text, plan_version, plan_version || '|' || status || coalesce('|' || hold_cause, '') FROM plan WHERE status <> 'ENDED'`,
    );
  }
}
