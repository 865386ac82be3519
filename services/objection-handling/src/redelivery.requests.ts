import { Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ChangeRequests, VisibleGuard } from './change.requests.ts';
import { RedeliveryReader } from './redelivery.reader.ts';
import type { RedeliveryView } from './redelivery.schemas.ts';
import { type RedeliveryRow, RedeliveryStore } from './redelivery.store.ts';

@Injectable()
export class RedeliveryRequests extends ChangeRequests<RedeliveryRow, RedeliveryView> {
  constructor(database: Database, reader: RedeliveryReader) {
    super(database, reader);
  }
}

@Injectable()
export class VisibleRedeliveryGuard extends VisibleGuard<RedeliveryRow> {
  constructor(database: Database, store: RedeliveryStore) {
    super(database, store, '没有该补发，或者不属于本部门');
  }
}
