import { randomUUIDv7 } from 'node:crypto';
import {
  type CatalogueMatter,
  type CheckAnswer,
  type CheckIdentity,
  type CheckRequest,
  checkPerformed,
  maskName,
  type Principal,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { PersonalData } from '@lianxin/platform';
import type { PlanRow } from './applicable.rules.ts';
import { type CardTexts, type Prompt, promptsOf } from './card.rules.ts';
import type { CheckRow, KeptAnswer, KeptSubject } from './check.store.ts';
import type { KeptCard } from './check-feedback.rules.ts';
import { type AskedIdentity, identityOf } from './query.rules.ts';
import type { FoundSubject } from './read-model.store.ts';

/** One check on its way: what was asked, in whose name, and everything that is known before the first look at the database. */
export interface AskedCheck {
  readonly id: string;
  readonly request: CheckRequest;
  readonly identities: readonly AskedIdentity[];
  readonly matter: CatalogueMatter;
  readonly principal: Pick<Principal, 'id'>;
  readonly departmentCode: string;
  readonly idempotencyKey: string | undefined;
  readonly fingerprint: string;
  readonly askedAt: Date;
  readonly backCheckOf: string | null;
}

/** Who was found for one identity, and what may apply. */
export interface Found {
  readonly subject: FoundSubject | undefined;
  readonly rows: readonly PlanRow[];
}

/** Decides one check on what was found; pure but for the ids. */
export function decideCheck(
  asked: AskedCheck,
  found: readonly Found[],
  answers: ReadonlyMap<string, KeptAnswer>,
  context: { today: string; texts: CardTexts; personalData: PersonalData; number: string },
): { row: CheckRow; event: NewEvent } {
  const subjects = asked.identities.map((identity, index) =>
    keptSubject(asked, index, identity, found[index]?.subject, context.personalData),
  );
  const prompts = subjects.flatMap((subject, index) =>
    promptsOf(
      { index, role: subject.role, identity: subject.identity, subjectId: subject.subjectId, rows: found[index]?.rows ?? [] },
      asked.matter,
      context.today,
      context.texts,
      randomUUIDv7,
    ),
  );
  const row: CheckRow = {
    id: asked.id,
    number: context.number,
    department_code: asked.departmentCode,
    matter_code: asked.matter.code,
    case_no: asked.request.matter.caseNo ?? null,
    principal_id: asked.principal.id,
    operator_id: asked.request.operator?.id ?? null,
    asked_at: asked.askedAt,
    subjects,
    cards: prompts.map((prompt) => keptCard(prompt, answers.get(prompt.key), asked.departmentCode)),
    degraded: false,
    back_check_of: asked.backCheckOf,
  };
  return { row, event: performed(asked, row, prompts) };
}

function keptSubject(
  asked: AskedCheck,
  index: number,
  identity: AskedIdentity,
  subject: FoundSubject | undefined,
  personalData: PersonalData,
): KeptSubject {
  const role = asked.request.subjects[index]?.role ?? 'applicant';
  const known = subject === undefined ? undefined : { kind: subject.kind, name: nameOf(subject, personalData) };
  const { identifier, name } = identity;
  const isPerson = identifier.kind === 'DOCUMENT';
  return {
    role,
    subjectId: subject?.subjectId ?? null,
    identity: identityOf(identity, known) satisfies CheckIdentity,
    // The register's name is not told to somebody who only has a number: the clerk compares with the paper in hand.
    nameMasked: subject === undefined ? (name === undefined ? null : isPerson ? maskName(name) : name) : maskedName(subject),
    usccCode: isPerson ? null : identifier.code,
    sealed: isPerson ? personalData.seal({ name: name ?? '', idType: identifier.idType, idNumber: identifier.number }) : null,
  };
}

function nameOf(subject: FoundSubject, personalData: PersonalData): string {
  if (subject.organisationName !== null) return subject.organisationName;
  return subject.sealed === null ? '' : personalData.open(subject.sealed).name;
}

const maskedName = (subject: FoundSubject) => subject.organisationName ?? subject.nameMasked;

/**
 * A prompt as it is kept and shown. One that this department has answered for the case, or has reported as "not the same subject" while nobody has looked yet,
 * does not ask again (product §B.9). It stays what it is: a clerk's word frees nobody, and no other department hears of it.
 */
function keptCard(prompt: Prompt, answer: KeptAnswer | undefined, departmentCode: string): KeptCard {
  const reported = prompt.doubtedBy.find((doubt) => doubt.departmentCode === departmentCode);
  const { subjectId, planId, planVersion, key, mayApply } = prompt;
  const common = { subjectId, planId, planVersion, key, mayApply };
  if (answer !== undefined)
    return { ...common, card: { ...prompt.card, answered: { outcome: answer.outcome, at: answer.decidedAt.toISOString() } } };
  if (reported === undefined || prompt.card.indicator === 'info') return { ...common, card: { ...prompt.card, answered: null } };
  const detail = `${prompt.card.detail}；本部门窗口已反映非同一主体，待信用办核实，核实前提示仍然有效`;
  return { ...common, card: { ...prompt.card, detail, answered: { outcome: 'overridden', at: reported.at } } };
}

function performed(asked: AskedCheck, row: CheckRow, prompts: readonly Prompt[]): NewEvent {
  const known = row.subjects.find((subject) => subject.subjectId !== null);
  return newEvent({
    definition: checkPerformed,
    // Of several subjects the first that is known gives the lane; a check about nobody known has a lane of its own.
    key: known?.subjectId ?? row.id,
    time: asked.askedAt,
    actor: asked.principal.id,
    data: {
      checkId: row.id,
      number: row.number,
      matterCode: row.matter_code,
      matterDepartment: asked.matter.departmentCode,
      departmentCode: row.department_code,
      subjects: row.subjects.map(({ role, subjectId, identity }) => ({ role, subjectId, identity })),
      prompts: prompts.map(({ card, subjectId, entryId, planId, planVersion, level, measureCodes }) => ({
        promptId: card.uuid,
        subjectId,
        entryId,
        planId,
        planVersion,
        level,
        measureCodes: [...measureCodes],
      })),
      backCheckOf: row.back_check_of,
    },
  });
}

/** What the caller gets, also when the same request comes again. */
export function answerOf(row: CheckRow): CheckAnswer {
  return {
    id: row.id,
    number: row.number,
    status: 'complete',
    degraded: false,
    policy: null,
    askedAt: row.asked_at.toISOString(),
    dataAsOf: row.asked_at.toISOString(),
    subjects: row.subjects.map(({ role, identity, nameMasked }) => ({ role, identity, nameMasked })),
    cards: row.cards.map(({ card }) => card),
  };
}
