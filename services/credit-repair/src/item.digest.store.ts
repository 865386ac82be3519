import { Digests } from '@lianxin/messaging';
import { Injectable } from '@nestjs/common';

/** The copy of list entries beside its owner, for the comparison by night (design §3, guarantee 5). */
@Injectable()
export class ItemDigest {
  constructor(digests: Digests) {
    digests.hold(
      'list_entry.status',
      `SELECT id::text, version, status FROM item WHERE kind = 'LIST_ENTRY' AND status IN ('ACTIVE', 'SUSPENDED')`,
    );
  }
}
