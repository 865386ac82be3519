import { z } from 'zod';

/** Words of the trade that cross a boundary (domain §0.2). Codes never change; labels for people live with the screens. */

export const listTypes = ['BLACK', 'RED', 'FOCUS', 'ABNORMAL'] as const;
export const listTypeSchema = z.enum(listTypes);
export type ListType = z.infer<typeof listTypeSchema>;

/** §7.1: legal person, unincorporated organisation, individual business, natural person. */
export const subjectKinds = ['LEGAL', 'UNINC', 'IB', 'PERSON'] as const;
export const subjectKindSchema = z.enum(subjectKinds);
export type SubjectKind = z.infer<typeof subjectKindSchema>;

/** What the register says of a subject (T22, §11.3): in being, licence revoked (吊销: still exists), deregistered (注销), dead. */
export const subjectStatuses = ['NORMAL', 'REVOKED', 'DEREGISTERED', 'DEAD'] as const;
export const subjectStatusSchema = z.enum(subjectStatuses);
export type SubjectStatus = z.infer<typeof subjectStatusSchema>;

/** R-2-15: the listed subject and the roles in which a decision may name a person. */
export const partyRoles = [
  'SUBJECT',
  'LEGAL_REPRESENTATIVE',
  'PRINCIPAL',
  'DIRECTLY_RESPONSIBLE',
  'ACTUAL_CONTROLLER',
  'FINANCIAL_OFFICER',
  'SAFETY_OFFICER',
  'PRACTITIONER',
] as const;
export const partyRoleSchema = z.enum(partyRoles);
export type PartyRole = z.infer<typeof partyRoleSchema>;

/** §5.2: 轻微, 一般, 严重, from light to heavy. */
export const grades = ['MINOR', 'GENERAL', 'SERIOUS'] as const;
export const gradeSchema = z.enum(grades);
export type Grade = z.infer<typeof gradeSchema>;

/** R-3-4. */
export const forceSchema = z.enum(['MANDATORY', 'RECOMMENDED', 'REFERENCE']);
export type Force = z.infer<typeof forceSchema>;

/** R-3-5. */
export const triggerSchema = z.enum(['STANDING', 'ON_EVENT', 'ONE_OFF']);
export type Trigger = z.infer<typeof triggerSchema>;

export const directionSchema = z.enum(['PUNISH', 'REWARD']);
export type Direction = z.infer<typeof directionSchema>;

/** R-2-6: where the designation was made. */
export const originSchema = z.enum(['CITY', 'PROVINCIAL', 'NATIONAL', 'LEGACY']);
export type Origin = z.infer<typeof originSchema>;

/** R-2-6a. ANNOUNCEMENT counts as served after 30 days. */
export const serviceMethodSchema = z.enum(['DIRECT', 'MAIL', 'ELECTRONIC', 'LEFT', 'ANNOUNCEMENT']);
export type ServiceMethod = z.infer<typeof serviceMethodSchema>;

/** States of a list entry (§2.3). */
export const entryStatuses = [
  'DRAFT',
  'CHECKING',
  'PRE_NOTICE',
  'HEARING',
  'PUBLIC_NOTICE',
  'DESIGNATED',
  'ACTIVE',
  'SUSPENDED',
  'EXPIRED',
  'REPAIRED',
  'CORRECTED',
  'REVOKED',
  'EXCLUDED',
  'SUPERSEDED',
  'CLOSED_SUBJECT',
  'NOT_DESIGNATED',
] as const;
export const entryStatusSchema = z.enum(entryStatuses);
export type EntryStatus = z.infer<typeof entryStatusSchema>;

/** Grounds on which an entry leaves its list (R-2-11, R-2-12). */
export const exitGrounds = [
  'TERM_REACHED',
  'REPAIRED',
  'DUTIES_PERFORMED',
  'DESIGNATION_WRONG',
  'BASIS_REVOKED',
  'LIST_ABOLISHED',
  'SUBJECT_ENDED',
  'BANKRUPTCY_PLAN_COMPLETED',
  'CRITERIA_LOST',
  'BLACK_LISTED',
  'OWN_WAIVER',
  'SETTLEMENT_PERFORMED',
  'CREDITOR_CONSENT',
  'NO_ASSETS_FOUND',
  'TRIAL_SUPERVISION_OR_BANKRUPTCY',
  'ENFORCEMENT_DENIED',
  'ENFORCEMENT_TERMINATED',
] as const;
export const exitGroundSchema = z.enum(exitGrounds);
export type ExitGround = z.infer<typeof exitGroundSchema>;

/**
 * Results of a verification (R-2-17): V0 属实待惩戒, V1 属实已惩戒, V2 已整改待退出, V3 已退出, V4 注销吊销, V5 失联, V6 信息有误, V7 不在本辖区,
 * V8 诉讼或破产.
 */
export const verificationResults = ['V0', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V8'] as const;
export const verificationResultSchema = z.enum(verificationResults);
export type VerificationResult = z.infer<typeof verificationResultSchema>;

/** Task states (§4.3). */
export const taskStatuses = [
  'DISPATCHED',
  'ACKNOWLEDGED',
  'RETURNED',
  'IN_EXECUTION',
  'ARMED',
  'FED_BACK',
  'ON_HOLD',
  'LIFTING',
  'LIFTED',
  'CANCELLED',
  'NOT_APPLICABLE',
] as const;
export const taskStatusSchema = z.enum(taskStatuses);
export type TaskStatus = z.infer<typeof taskStatusSchema>;

export const taskKindSchema = z.enum(['EXECUTE', 'VERIFY', 'REVIEW', 'RESTORE']);
export type TaskKind = z.infer<typeof taskKindSchema>;

export const basisStatusSchema = z.enum(['LIVE', 'HELD', 'ENDED']);
export type BasisStatus = z.infer<typeof basisStatusSchema>;

/** §4.6. */
export const feedbackKindSchema = z.enum(['APPLIED', 'HIT', 'ZERO', 'NOT_APPLIED', 'LIFTED', 'PARTIAL']);
export type FeedbackKind = z.infer<typeof feedbackKindSchema>;

/** §4.6: 无业务关联, 法律依据不足, 主体未发生该业务, 主体已注销, 信息有误, 已超期, 其他. */
export const notAppliedReasonSchema = z.enum([
  'NO_BUSINESS_RELATION',
  'INSUFFICIENT_LEGAL_BASIS',
  'NO_SUCH_BUSINESS_YET',
  'SUBJECT_CANCELLED',
  'WRONG_INFORMATION',
  'TERM_OVER',
  'OTHER',
]);
export type NotAppliedReason = z.infer<typeof notAppliedReasonSchema>;

/** Why a measure gives a party nothing (catalogue rule 18, R-4-2), first that fits. */
export const skipReasonSchema = z.enum([
  'PARTY_NOT_SERVED',
  'FOCUS_ONLY_C10',
  'NOT_RETROACTIVE',
  'NO_LEGAL_BASIS',
  'CONDITION_NOT_PROVED',
  'BELOW_MIN_GRADE',
  'NO_EXECUTOR',
]);
export type SkipReason = z.infer<typeof skipReasonSchema>;

export const idTypeSchema = z.enum([
  'ID_CARD',
  'PASSPORT',
  'HK_MACAO_PERMIT',
  'TAIWAN_PERMIT',
  'FOREIGN_PERMANENT_RESIDENT',
  'HKMT_RESIDENCE_PERMIT',
]);
export type IdType = z.infer<typeof idTypeSchema>;

/** R-6-6: what may be pending about a record before another authority. */
export const reviewKindSchema = z.enum(['RECONSIDERATION', 'LITIGATION']);
export type ReviewKind = z.infer<typeof reviewKindSchema>;
/** What such a case came to. REVOKED or CHANGED only ends the mark: the unit then revokes, corrects or withdraws by the document. */
export const reviewOutcomeSchema = z.enum(['UPHELD', 'CHANGED', 'REVOKED', 'WITHDRAWN']);
export type ReviewOutcome = z.infer<typeof reviewOutcomeSchema>;
/** What the mark is called where people read it. */
export const reviewZh: Readonly<Record<ReviewKind, string>> = { RECONSIDERATION: '行政复议中', LITIGATION: '行政诉讼中' };

/** Department code, e.g. `SCJGJ`, county copy `HZ-SCJGJ`. */
export const departmentCodeSchema = z
  .string()
  .regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/, '应为部门代码，如 RSJ、HZ-RSJ')
  .max(40);
/** A calendar date `YYYY-MM-DD`; impossible dates are refused. */
export const dateSchema = z.iso.date();
export const instantSchema = z.iso.datetime({ offset: true });
export const idSchema = z.uuid();
