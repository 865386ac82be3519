import type {
  DefenceRequest,
  ListEntryView,
  OpenPublicNoticeRequest,
  PrepareDecisionRequest,
  Principal,
  PublicObjectionRequest,
  ReturnDecisionRequest,
  ReviewDefenceRequest,
  ReviewObjectionRequest,
  ServeDecisionRequest,
  ServeNoticeRequest,
  SignDecisionRequest,
  WaiveDefenceRequest,
} from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decidePrepare, decideReturn } from './decision.rules.ts';
import { findNotice } from './decision-notice.store.ts';
import { DraftService } from './draft.service.ts';
import { EntryChange } from './entry-change.service.ts';
import { assertInState, endPublicNotice, notifiedParties, provedParty, reviewDefence, serve, sign, take } from './entry-steps.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { EntryAction } from './list-entry.rules.ts';
import {
  decideDefence,
  decideObjectionReview,
  decideOpenPublicNotice,
  decidePublicObjection,
  decideServeNotice,
  decideWaiver,
  type StepOutcome,
} from './procedure.rules.ts';

type Args<Request> = readonly [tx: Transaction, principal: Principal, id: string, version: number | undefined, request: Request];

/** The steps of a designation from its check to its service (T3–T12): each a fact with its document. */
@Injectable()
export class EntryStepService {
  constructor(
    private readonly changes: EntryChange,
    private readonly drafts: DraftService,
  ) {}

  serveNotice(...args: Args<ServeNoticeRequest>): Promise<ListEntryView> {
    const [, , , , request] = args;
    return this.change(args, async (tx, work, entry) => {
      assertInState(entry, 'SERVE_NOTICE');
      take(work, entry, decideServeNotice(entry.row, request, this.changes.context), request.document.number);
      const { parties } = await this.changes.surroundingsOf(tx, work, entry);
      work.proved.push(...notifiedParties(parties, request.parties));
    });
  }

  defence(...args: Args<DefenceRequest>): Promise<ListEntryView> {
    return this.simple(args, 'RECEIVE_DEFENCE', (entry, request) => decideDefence(entry.row, request, this.changes.context));
  }

  waiveDefence(...args: Args<WaiveDefenceRequest>): Promise<ListEntryView> {
    return this.simple(args, 'WAIVE_DEFENCE', (entry, request) => decideWaiver(entry.row, request, this.changes.context));
  }

  /** T8, T9; an upheld defence may leave a focus draft behind. */
  reviewDefence(...args: Args<ReviewDefenceRequest>): Promise<ListEntryView> {
    const [, principal, , , request] = args;
    return this.change(args, async (tx, work, entry) => {
      assertInState(entry, 'REJECT_DEFENCE');
      const draft = entry.row.draft_sealed;
      reviewDefence(work, entry, request, this.changes.context);
      if (request.focusListCode !== undefined && draft !== null)
        await this.drafts.beginFocus(tx, principal, work, entry.row, draft, request.focusListCode);
    });
  }

  openPublicNotice(...args: Args<OpenPublicNoticeRequest>): Promise<ListEntryView> {
    return this.simple(args, 'OPEN_PUBLIC_NOTICE', (entry, request) => decideOpenPublicNotice(entry.row, request, this.changes.context));
  }

  object(...args: Args<PublicObjectionRequest>): Promise<ListEntryView> {
    return this.simple(args, 'RECEIVE_PUBLIC_OBJECTION', (entry, request) =>
      decidePublicObjection(entry.row, request, this.changes.context),
    );
  }

  /** T11, or the notice runs on; one whose days are over already ends here (T10). */
  reviewObjection(...args: Args<ReviewObjectionRequest>): Promise<ListEntryView> {
    const [, , , , request] = args;
    return this.change(args, async (tx, work, entry) => {
      assertInState(entry, 'REJECT_PUBLIC_OBJECTION');
      take(work, entry, decideObjectionReview(entry.row, request, this.changes.context), request.document.number);
      endPublicNotice(work, entry, (await this.changes.surroundingsOf(tx, work, entry)).standing);
    });
  }

  prepare(...args: Args<PrepareDecisionRequest>): Promise<ListEntryView> {
    const [, principal, , , request] = args;
    return this.change(args, async (tx, work, entry) => {
      assertInState(entry, 'PREPARE_DECISION');
      const { definition } = await this.changes.surroundingsOf(tx, work, entry);
      take(work, entry, decidePrepare(entry.row, request, principal.id, definition, this.changes.context), request.number);
    });
  }

  return(...args: Args<ReturnDecisionRequest>): Promise<ListEntryView> {
    return this.simple(args, 'RETURN_DECISION', (entry, request) => decideReturn(entry.row, request.reason));
  }

  sign(...args: Args<SignDecisionRequest>): Promise<ListEntryView> {
    const [, principal, , , request] = args;
    const signer = { id: principal.id, mayApprove: principal.roles.includes('DEPT_APPROVER') };
    return this.change(args, async (tx, work, entry) => {
      const { standing } = await this.changes.surroundingsOf(tx, work, entry);
      sign(work, entry, request, signer, standing, this.changes.context);
    });
  }

  serve(...args: Args<ServeDecisionRequest>): Promise<ListEntryView> {
    const [, , , , request] = args;
    return this.change(args, async (tx, work, entry) => {
      const surroundings = await this.changes.surroundingsOf(tx, work, entry);
      const parties = surroundings.parties.map((party) => provedParty(party, request.parties));
      serve(work, entry, request, { ...surroundings, parties }, this.changes.context, await findNotice(tx, entry.row.id));
      work.proved.push(...parties.filter((party, index) => party !== surroundings.parties[index]));
    });
  }

  /** A step that its rule decides alone; a state that does not know it is told before anything is said of the request. */
  private simple<Request extends object>(
    args: Args<Request>,
    action: EntryAction,
    decide: (entry: EntryInWork, request: Request) => StepOutcome,
  ): Promise<ListEntryView> {
    const [, , , , request] = args;
    return this.change(args, (_tx, work, entry) => {
      assertInState(entry, action);
      take(work, entry, decide(entry, request), documentNoOf(request));
    });
  }

  private change(
    [tx, principal, id, version, request]: Args<object>,
    decide: (tx: Transaction, work: EntryWork, entry: EntryInWork) => Promise<void> | void,
  ): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, decide);
  }
}

function documentNoOf(request: object): string | null {
  const { document } = request as { document?: { number?: string } };
  return document?.number ?? null;
}
