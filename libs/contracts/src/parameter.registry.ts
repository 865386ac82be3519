/** What a value counts: all are whole numbers. */
export type ParameterType = 'WORKING_DAYS' | 'DAY_OF_MONTH' | 'HOUR_OF_DAY' | 'MONTHS';

/**
 * The day whose value counts. CLOCK_START: that on which the clock starts; what runs is not computed again. EACH_DAY: that on which the system acts (an
 * urging is a practice of the day, not a term that somebody was given).
 */
export type ParameterCounts = 'CLOCK_START' | 'EACH_DAY';

/** One key of §12 that is read while the system runs. */
export interface ParameterDefinition {
  readonly titleZh: string;
  readonly titleEn: string;
  readonly type: ParameterType;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly clause: string;
  /** The service that asks for it. */
  readonly service: string;
  readonly counts: ParameterCounts;
  /** Acts of a day are judged by it again on later days: a new value begins tomorrow at the earliest, so that none of today's falls behind it. */
  readonly isJudgedLater?: boolean;
}

type Words = readonly [titleZh: string, titleEn: string];
type Place = Pick<ParameterDefinition, 'clause' | 'service'>;

/** A term of working days, counted from the day on which its clock starts. */
const term = ([titleZh, titleEn]: Words, byDefault: number, place: Place): ParameterDefinition => ({
  titleZh,
  titleEn,
  type: 'WORKING_DAYS',
  default: byDefault,
  min: 1,
  max: 250,
  counts: 'CLOCK_START',
  ...place,
});

const execution = (clause: string): Place => ({ clause, service: 'execution-feedback' });

const lists = (clause: string): Place => ({ clause, service: 'list-matching' });
const disputes: Place = { clause: '§6.3', service: 'objection-handling' };

const repairs: Place = { clause: '§5.5', service: 'credit-repair' };

/** A distance from a due time, as it is on the day of the urging. */
const urging = (words: Words, byDefault: number, [min, max]: readonly [number, number]): ParameterDefinition => ({
  ...term(words, byDefault, execution('§4.5')),
  min,
  max,
  counts: 'EACH_DAY',
});

/** Keys of §12 that services ask for at run time. A service does not start with a key that is not here, nor without asking for one that is. */
export const parameterRegistry = {
  'list.defence_days_wd': { ...term(['陈述申辩期', 'Period for a defence'], 5, lists('R-2-8')), isJudgedLater: true },
  'list.defence_review_wd': term(['复核陈述申辩', 'Review of a defence'], 5, lists('R-2-8')),
  'list.red.notice_wd': { ...term(['红名单公示期', 'Public notice of an honour'], 7, lists('R-2-9')), isJudgedLater: true },
  'list.serve_wd': term(['送达决定', 'Serve a decision'], 3, lists('§2.6')),
  'list.share_wd': term(['共享决定', 'Share a decision'], 5, lists('§2.6')),
  'list.review_wd': term(['复核身份或红名单', 'Review of an identity or an honour'], 2, lists('R-2-10')),
  'list.crosscheck_hour': {
    ...term(['每夜红黑比对时刻', 'Hour of the nightly cross-check'], 2, lists('R-2-10')),
    type: 'HOUR_OF_DAY',
    min: 0,
    max: 23,
    counts: 'EACH_DAY',
  },
  'batch.match_wd': term(['国家批次比对', 'Match of a national batch'], 1, lists('R-2-17')),
  'batch.verify_wd': term(['国家批次核实', 'Verification of each subject of a batch'], 15, lists('R-2-17')),
  'batch.report_wd': term(['国家批次上报', 'Report of a batch upward'], 5, lists('R-2-17')),
  'batch.hard_wd': term(['国家批次全程上限', 'A batch as a whole'], 30, lists('R-2-17')),
  'task.ack_wd': term(['签收任务', 'Acknowledge a task'], 2, execution('§4.4')),
  'task.return_decide_wd': term(['信用办决定退回', 'Decide on a return'], 2, execution('§4.4')),
  'task.execute_wd': term(['签收后执行', 'Execute after acknowledgement'], 10, execution('§4.4')),
  'task.armed_wd': term(['签收后布控', 'Arm after acknowledgement'], 5, execution('§4.4')),
  'task.reward_wd': term(['签收后落实激励', 'Start a reward after acknowledgement'], 5, execution('§4.4')),
  'task.feedback_wd': term(['执行后首次反馈', 'First feedback after execution'], 5, execution('§4.4')),
  'task.feedback_max_wd': term(['派发后最迟反馈', 'Feedback after dispatch at the latest'], 15, execution('§4.4')),
  'task.hit_feedback_wd': term(['触发命中后反馈', 'Feedback after a hit'], 5, execution('§4.4')),
  'task.lift_wd': term(['退出后解除', 'Lift after an exit'], 3, execution('§4.4')),
  'task.release_min_wd': term(['异议不成立后最少剩余', 'Least left after a dismissed objection'], 3, execution('§6.4')),
  'task.cycle_day': {
    ...term(['季度反馈截止日（次月）', 'Day of the next month for quarterly feedback'], 10, execution('§4.4')),
    type: 'DAY_OF_MONTH',
    max: 28,
  },
  'objection.accept_wd': term(['受理异议', 'Accept an objection'], 1, disputes),
  'objection.mark_wd': term(['受理后标注', 'Mark after acceptance'], 1, disputes),
  'objection.selfcheck_wd': term(['平台自查', 'Check by the platform'], 2, disputes),
  'objection.forward_wd': term(['转来源单位', 'Forward to the source unit'], 1, disputes),
  'objection.verify_wd': term(['来源单位核查', 'Verify at the source unit'], 5, disputes),
  'objection.verify_ext_wd': term(['延长核查（一次）', 'Extend the verification, once'], 5, disputes),
  'objection.correct_wd': term(['结论后更正', 'Correct after the finding'], 1, disputes),
  'objection.answer_wd': term(['结果后答复', 'Answer after the result'], 1, disputes),
  'objection.total_wd': term(['全程目标', 'The whole, as aimed at'], 10, disputes),
  'objection.hard_wd': term(['全程上限', 'The whole, at the latest'], 20, disputes),
  'repair.accept_wd': term(['受理修复申请', 'Accept a repair application'], 3, repairs),
  'repair.supplement_wd': term(['申请人补正', 'The applicant adds what is missing'], 10, repairs),
  'repair.result_wd': term(['受理后决定', 'Decide after acceptance'], 10, repairs),
  'repair.samr_result_wd': term(['市场监管受理后决定', 'Decide after acceptance: market supervision'], 7, { ...repairs, clause: '107号' }),
  'repair.extend_wd': term(['延长决定（一次）', 'Extend the decision, once'], 10, repairs),
  'repair.sync_dept_wd': term(['认定单位停止公示', 'The unit stops its publicity'], 1, repairs),
  'repair.sync_site_wd': term(['信用中国停止公示', '信用中国 stops its publicity'], 1, repairs),
  'repair.lift_wd': term(['修复后解除措施', 'Lift after a repair'], 3, repairs),
  'repair.fraud_block_months': {
    ...term(['因弄虚作假撤销后不得修复', 'No repair after one was revoked for fraud'], 0, { ...repairs, clause: 'R-5-13' }),
    type: 'MONTHS',
    isJudgedLater: true,
    min: 0,
    max: 120,
  },
  'restore.reputation_wd': term(['恢复名誉', 'Restore the reputation'], 10, execution('R-6-8')),
  'urge.remind_wd': urging(['到期前提醒', 'Reminder before the due time'], -2, [-60, -1]),
  'urge.yellow_wd': urging(['逾期黄牌', 'Yellow card after the due time'], 1, [1, 250]),
  'urge.red_wd': urging(['逾期红牌（催办函）', 'Red card with a letter after the due time'], 5, [1, 250]),
  'urge.circular_wd': urging(['逾期列入季通报', 'Quarterly circular after the due time'], 10, [1, 250]),
  'urge.from_hour': { ...urging(['催办起始时刻', 'First hour of urging'], 9, [0, 23]), type: 'HOUR_OF_DAY' },
  'urge.to_hour': { ...urging(['催办结束时刻', 'Hour at which urging ends'], 17, [1, 24]), type: 'HOUR_OF_DAY' },
} as const satisfies Readonly<Record<string, ParameterDefinition>>;
export type ParameterKey = keyof typeof parameterRegistry;

/** Keys whose values must grow from one to the next on every day. */
export const parameterOrders = [
  ['urge.yellow_wd', 'urge.red_wd', 'urge.circular_wd'],
  ['urge.from_hour', 'urge.to_hour'],
  ['objection.total_wd', 'objection.hard_wd'],
] as const satisfies readonly (readonly ParameterKey[])[];
