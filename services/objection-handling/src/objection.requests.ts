import { Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ChangeRequests, VisibleGuard } from './change.requests.ts';
import { ObjectionReader } from './objection.reader.ts';
import type { ObjectionView } from './objection.schemas.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';

@Injectable()
export class ObjectionRequests extends ChangeRequests<ObjectionRow, ObjectionView> {
  constructor(database: Database, reader: ObjectionReader) {
    super(database, reader);
  }
}

@Injectable()
export class VisibleObjectionGuard extends VisibleGuard<ObjectionRow> {
  constructor(database: Database, store: ObjectionStore) {
    super(database, store, '没有该异议，或与本部门无关');
  }
}
