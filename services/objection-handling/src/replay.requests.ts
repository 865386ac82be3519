import { Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ChangeRequests, VisibleGuard } from './change.requests.ts';
import { ReplayReader } from './replay.reader.ts';
import type { ReplayView } from './replay.schemas.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';

@Injectable()
export class ReplayRequests extends ChangeRequests<ReplayRow, ReplayView> {
  constructor(database: Database, reader: ReplayReader) {
    super(database, reader);
  }
}

@Injectable()
export class VisibleReplayGuard extends VisibleGuard<ReplayRow> {
  constructor(database: Database, store: ReplayStore) {
    super(database, store, '没有该回放，或与本部门无关');
  }
}
