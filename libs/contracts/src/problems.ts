/** The one table of problem codes (style §3.11): HTTP status, whether the same request may succeed later, texts and remedy. */
interface ProblemDefinition {
  readonly status: number;
  readonly retryable: boolean;
  readonly titleZh: string;
  readonly titleEn: string;
  readonly remedyZh: string;
  readonly remedyEn: string;
}

const define = (
  status: number,
  titleZh: string,
  titleEn: string,
  remedyZh: string,
  remedyEn: string,
  retryable = false,
): ProblemDefinition => ({ status, retryable, titleZh, titleEn, remedyZh, remedyEn });

export const problems = {
  // The form of a request
  MALFORMED_JSON: define(
    400,
    '请求体不是合法的 JSON',
    'Malformed JSON',
    '检查括号、引号与逗号后重新提交',
    'Check brackets, quotes and commas, then send again',
  ),
  JSON_TOO_DEEP: define(
    400,
    'JSON 嵌套过深',
    'JSON nested too deeply',
    '按接口文档的结构提交，嵌套不超过 20 层',
    'Send the documented structure; at most 20 levels',
  ),
  VALIDATION_FAILED: define(
    400,
    '请求内容不符合要求',
    'Request does not fit its schema',
    '按 errors 中每一项的说明修改对应字段',
    'Correct each field named in errors',
  ),
  UNSUPPORTED_MEDIA_TYPE: define(
    415,
    '不支持的内容类型',
    'Unsupported media type',
    '使用 application/json，文件使用 multipart/form-data',
    'Use application/json, or multipart/form-data for files',
  ),
  BODY_TOO_LARGE: define(
    413,
    '请求体过大',
    'Body too large',
    '减小请求体；大批量请使用文件导入',
    'Send less; use a file import for bulk data',
  ),
  IDEMPOTENCY_KEY_REUSED: define(
    422,
    '幂等键已用于另一请求',
    'Idempotency key used for another request',
    '为不同的请求使用新的 Idempotency-Key',
    'Use a new Idempotency-Key for a different request',
  ),
  CURSOR_INVALID: define(400, '分页游标无效', 'Invalid cursor', '从第一页重新开始', 'Start again from the first page'),
  CURSOR_EXPIRED: define(
    410,
    '游标已超过保留期',
    'Cursor older than the retention',
    '从头读取，并与本部门数据核对缺失的部分',
    'Start again from the beginning and reconcile what is missing',
  ),
  // Exports of lists
  EXPORT_TOO_LARGE: define(
    422,
    '结果超过即时导出的上限',
    'Too many rows to export at once',
    '用同样的筛选条件向 /exports 提交导出作业，完成后下载文件',
    'Send the same filter to /exports: a job makes the file',
  ),
  EXPORT_COLUMN_UNKNOWN: define(
    400,
    '没有该导出列',
    'Unknown export column',
    '从 detail 所列的列中选择，每列一次；不带 columns 则导出全部列',
    'Choose from the columns named in detail, each once; leave columns out for all',
  ),
  EXPORT_NOT_READY: define(
    409,
    '导出文件不可下载',
    'Export file not available',
    '查看作业状态：完成后才能下载；失败或取消的请重新提交',
    'Look at the job: download it when it has succeeded; submit it again if it failed or was cancelled',
  ),
  EXPORT_EXPIRED: define(
    410,
    '导出文件已过保留期',
    'Export file expired',
    '重新提交导出，得到当前数据',
    'Submit the export again and get present data',
  ),
  EXPORT_QUEUE_FULL: define(
    429,
    '未完成的导出作业过多',
    'Too many unfinished exports',
    '等待已提交的作业完成，或取消其中不需要的',
    'Wait for the jobs that were submitted, or cancel those you do not need',
    true,
  ),
  // Who asks
  UNAUTHENTICATED: define(
    401,
    '未提供有效凭证',
    'No valid credentials',
    '在 Authorization 头中以 Bearer 方式提供 API 密钥',
    'Send your API key as Authorization: Bearer …',
  ),
  FORBIDDEN: define(
    403,
    '没有此操作的权限',
    'Not permitted',
    '向本单位管理员申请 detail 中所列的权限',
    'Ask your administrator for the permission named in detail',
  ),
  RATE_LIMITED: define(429, '请求过于频繁', 'Too many requests', '在 Retry-After 秒后重试', 'Retry after the seconds in Retry-After', true),
  NOT_FOUND: define(
    404,
    '未找到',
    'Not found',
    '核对编号；只能看到本部门的数据',
    'Check the id; only data of your own department is visible',
  ),
  UNAVAILABLE: define(503, '系统暂不可用', 'Temporarily unavailable', '稍后重试', 'Retry later', true),
  INTERNAL: define(500, '系统内部错误', 'Internal error', '请将 traceId 提供给运维人员', 'Give the traceId to operations', true),
  CONFLICT: define(409, '与当前状态冲突', 'Conflicts with the current state', '刷新后查看当前状态', 'Reload and look at the current state'),
  STALE: define(412, '数据已被他人修改', 'Changed by somebody else', '刷新后在新版本上重做', 'Reload and repeat on the new version'),
  // Identity
  USCC_INVALID: define(
    422,
    '统一社会信用代码无效',
    'Invalid unified social credit code',
    '按 detail 的提示核对代码',
    'Check the code as detail says',
  ),
  ID_NUMBER_INVALID: define(422, '证件号码无效', 'Invalid identity number', '按 detail 的提示核对号码', 'Check the number as detail says'),
  IDENTIFIER_REQUIRED: define(
    422,
    '缺少身份标识',
    'Identifier required',
    '单位提供统一社会信用代码，自然人提供证件类型和号码',
    'Give a unified social credit code, or id type and number for a person',
  ),
  SUBJECT_UNDER_AGE: define(
    422,
    '未成年人不得列入名单',
    'A minor may not be listed',
    '撤回该记录（江苏省社会信用条例第3条）',
    'Withdraw the entry',
  ),
  SUBJECT_KIND_NOT_ALLOWED: define(
    422,
    '该名单不适用于此类主体',
    'The list does not cover this kind of subject',
    '核对名单适用的主体类型',
    'Check which kinds the list covers',
  ),
  TOO_MANY_PARTIES: define(422, '当事人过多', 'Too many parties', '每条记录最多 200 名当事人', 'At most 200 parties in one entry'),
  DUPLICATE_PARTY: define(422, '当事人重复', 'Party named twice', '同一人同一身份只填一次', 'Name each person once per role'),
  // The catalogue by version
  DRAFT_CLOSED: define(
    409,
    '目录草案已不能修改',
    'The draft can no longer be edited',
    '在施行中的版本上新建草案',
    'Begin a new draft on the version in force',
  ),
  DRAFT_FAULTY: define(422, '目录草案有错误', 'The draft has faults', '按 errors 逐项更正后重试', 'Correct each fault named in errors'),
  DRAFT_EMPTY: define(422, '目录草案没有任何改动', 'The draft changes nothing', '先修改或导入目录行', 'Edit or import rows first'),
  DRAFT_BASE_OUTDATED: define(
    409,
    '草案所依据的版本已被替换',
    'Another version has come into force since',
    '把草案转到施行中的版本（rebase），核对差异后重试',
    'Rebase the draft on the version in force and look at its difference',
  ),
  SIMULATION_REQUIRED: define(
    409,
    '发布前须先模拟',
    'Simulate before you publish',
    '对当前草案和同一施行日运行模拟，看过结果再发布',
    'Run a simulation of the draft as it is for the same day, and look at what it says',
  ),
  VERSION_WAITING: define(
    409,
    '已有版本等待施行',
    'Another version waits for its day',
    '等它施行，或者先撤回它',
    'Wait until it is in force, or withdraw it',
  ),
  EFFECTIVE_DATE_PAST: define(
    422,
    '施行日不能早于今天',
    'The day must not lie in the past',
    '目录不溯及既往（R-4-8），请选择今天或以后的日期',
    'A catalogue never works backwards: choose today or later',
  ),
  // Lists (R-2-6)
  MATTER_UNKNOWN: define(422, '事项代码不存在', 'Unknown matter', '从 /api/v1/matters 选择事项代码', 'Choose a code from /api/v1/matters'),
  LIST_UNKNOWN: define(422, '名单代码不存在', 'Unknown list', '从 /api/v1/lists 选择名单代码', 'Choose a code from /api/v1/lists'),
  LIST_DISABLED: define(
    422,
    '名单未启用',
    'List disabled',
    '由信用办确认法律依据后启用',
    'The credit office must confirm its legal basis first',
  ),
  NOT_DESIGNATING_UNIT: define(
    403,
    '非该名单的认定单位',
    'Not a designating unit of this list',
    '由认定单位提交（谁认定、谁负责）',
    'The designating unit must submit it',
  ),
  ORIGIN_NOT_ALLOWED: define(
    403,
    '无权提交该来源的记录',
    'Origin not allowed for this caller',
    '非本市来源由信用办或信用中心按批次导入，并提供 batchNo',
    'Only the credit office or centre imports other origins, with batchNo',
  ),
  NOTICE_REQUIRED: define(
    422,
    '缺少事前告知',
    'Prior notice required',
    '补充告知送达日期和陈述申辩期届满日期',
    'Add when the notice was served and when the defence period ended',
  ),
  DEFENCE_TOO_SHORT: define(
    422,
    '陈述申辩期不足',
    'Defence period too short',
    '陈述申辩期自告知送达次日起不少于规定的工作日',
    'Give at least the required working days from the day after service',
  ),
  DECISION_BEFORE_DEFENCE_END: define(
    422,
    '陈述申辩期届满前作出决定',
    'Decided before the defence period ended',
    '期满后重新作出决定',
    'Decide again after the period has ended',
  ),
  SERVICE_REQUIRED: define(
    422,
    '缺少决定书送达证明',
    'Service of the decision required',
    '补充决定书送达日期；公告送达满 30 日视为送达',
    'Add when the decision was served; an announcement counts after 30 days',
  ),
  SERVICE_BEFORE_DECISION: define(422, '送达日期早于决定日期', 'Served before it was decided', '核对日期', 'Check the dates'),
  REPAIR_NOTICE_REQUIRED: define(
    422,
    '缺少信用修复告知书送达证明',
    'Service of the repair notice required',
    '与决定书同时送达信用修复告知书（两书同达）',
    'Serve the repair notice together with the decision',
  ),
  TERM_EXCEEDS_LIST: define(422, '有效期超过名单规定的期限', 'Term exceeds what the list allows', '缩短有效期', 'Shorten the term'),
  TERM_REQUIRED: define(422, '缺少有效期截止日', 'End of term required', '按决定书填写 validTo', 'Give validTo as the decision states it'),
  PUBLIC_NOTICE_REQUIRED: define(
    422,
    '缺少红名单公示',
    'Public notice required',
    '补充公示起止日期',
    'Add when the public notice was opened and closed',
  ),
  PUBLIC_NOTICE_TOO_SHORT: define(
    422,
    '公示期不足',
    'Public notice too short',
    '公示不少于规定的工作日',
    'Keep it open for the required working days',
  ),
  GRADE_REQUIRED: define(422, '缺少失信程度', 'Grade required', '填写 MINOR、GENERAL 或 SERIOUS', 'Give MINOR, GENERAL or SERIOUS'),
  DATE_IN_FUTURE: define(422, '日期晚于今天', 'Date in the future', '核对日期', 'Check the date'),
  DATE_ORDER: define(422, '日期先后矛盾', 'Dates contradict each other', '核对日期', 'Check the dates'),
  DUPLICATE_DECISION: define(409, '同一决定已列入', 'This decision is already listed', '查看已有记录', 'Look at the existing entry'),
  SOURCE_RECORD_DIFFERS: define(
    409,
    '同一来源记录已以不同内容提交',
    'The same source record was sent with other content',
    '更正请使用更正接口；新的事实请使用新的 sourceRecordId',
    'Correct the existing entry, or use a new sourceRecordId for new facts',
  ),
  TRANSITION_NOT_ALLOWED: define(
    409,
    '当前状态不允许此操作',
    'Not allowed in the current state',
    '见 detail 中允许的操作',
    'See what detail allows',
  ),
  GROUND_NOT_ALLOWED: define(
    422,
    '该退出事由不适用',
    'Exit ground not allowed here',
    '从允许的事由中选择',
    'Choose one of the allowed grounds',
  ),
  // A designation step by step (T1–T12)
  ENTRY_INCOMPLETE: define(
    422,
    '草稿缺少提交所需的内容',
    'The draft lacks what its submission demands',
    '按 errors 一次补齐后再提交',
    'Add everything that errors names, then submit again',
  ),
  NOTICE_INCOMPLETE: define(
    422,
    '事前告知书缺少必备内容',
    'The notice lacks mandatory content',
    '补齐事由、依据、拟采取措施、陈述申辩权利、期限和渠道，重新送达告知书',
    'State facts, basis, measures, rights, term and channel, and serve the notice again',
  ),
  DECISION_INCOMPLETE: define(
    422,
    '认定文书缺少必备内容',
    'The decision document lacks mandatory content',
    '补齐事实、依据、惩戒措施提示、移出条件和程序、救济途径',
    'State facts, basis, warning of measures, removal and remedies',
  ),
  DEFENCE_LATE: define(
    422,
    '陈述申辩超过期限',
    'The defence came after its term',
    '核对收到日期；期限内收到的申辩可在决定签发前补录',
    'Check the day of receipt; what came in time may be entered until the decision is signed',
  ),
  STEP_NOT_READY: define(
    409,
    '此步骤的前提尚未满足',
    'What this step rests on is missing',
    '先完成 detail 所列的步骤',
    'Take the steps named in detail first',
  ),
  FOUR_EYES_REQUIRED: define(
    403,
    '须由另一人签发',
    'Another person must sign',
    '由本部门有审核权限、且未拟稿未提交的人员签发',
    'An approver of the department who neither drafted nor submitted it must sign',
  ),
  PUBLICATION_NOT_ALLOWED: define(
    422,
    '该记录不得公示',
    'The entry may not be published',
    '重点关注名单、法律未规定公示的自然人、中止和已退出的记录不公示',
    'Focus entries, persons whom no law publishes, suspended and ended entries are not published',
  ),
  REVIEW_DECIDED: define(409, '该复核已处理', 'The review has been decided', '查看复核结果', 'Look at its outcome'),
  LIST_ABOLISHED: define(
    409,
    '名单已废止',
    'The list has been abolished',
    '废止不可撤回；恢复名单须发布新的名单定义',
    'It cannot be taken back; a new definition must be published',
  ),
  DOCUMENT_REQUIRED: define(422, '缺少文书号', 'Document number required', '填写文书号', 'Give the number of the document'),
  // Tasks and feedback (§4.3, §4.6)
  TASK_ALREADY_CLAIMED: define(
    409,
    '任务已被他人认领',
    'Claimed by somebody else',
    '由认领人释放或转办，或由本部门审核人办理',
    'The claimer releases or transfers it, or an approver of the department acts',
  ),
  TASK_STANDS_THERE: define(
    409,
    '该部门已有同一任务',
    'That department has this task already',
    '接受退回即可：该部门的任务已覆盖此措施',
    'Accept the return: the task of that department covers it',
  ),
  DEPARTMENT_UNKNOWN: define(
    422,
    '没有此部门',
    'No such department',
    '从现行目录的部门代码中选择',
    'Choose a code of the current catalogue',
  ),
  BULK_TOO_LARGE: define(
    422,
    '批量范围过大',
    'Too many for one bulk action',
    '缩小筛选范围后分批办理',
    'Narrow the filter, act in portions',
  ),
  BULK_STATE: define(
    409,
    '该批量操作不能再执行',
    'This bulk action cannot be run',
    '预览半小时内有效且只能执行一次；重新预览后执行',
    'A preview is good for half an hour and once; preview again',
  ),
  ACTION_NOT_FOR_TRIGGER: define(
    409,
    '该触发方式不适用此操作',
    'Action does not fit the trigger',
    '触发式措施用布控，其余用开始执行',
    'Arm ON_EVENT measures, start the others',
  ),
  BEFORE_ACTIVATION: define(422, '执行日期早于名单生效', 'Applied before the entry was in force', '核对执行日期', 'Check the date'),
  DOCUMENT_NO_REQUIRED: define(
    422,
    '缺少文书号',
    'Document number required',
    'C01–C09 类措施的实施和命中须填写文书号',
    'APPLIED and HIT of classes C01–C09 need a document number',
  ),
  EVIDENCE_REQUIRED: define(
    422,
    '缺少证据文件',
    'Evidence required',
    '实施和命中至少上传一份证据',
    'APPLIED and HIT need at least one file',
  ),
  EVIDENCE_UNKNOWN: define(
    422,
    '证据文件不存在',
    'Unknown evidence file',
    '先上传文件并使用返回的编号',
    'Upload the file first and use its id',
  ),
  REASON_REQUIRED: define(422, '缺少原因', 'Reason required', '填写原因', 'Give the reason'),
  FEEDBACK_KIND_NOT_ALLOWED: define(
    422,
    '当前任务不适用该反馈类型',
    'Feedback kind not allowed here',
    '见 detail 中允许的类型',
    'See what detail allows',
  ),
  FEEDBACK_PENDING: define(
    409,
    '本周期已有待审核的反馈',
    'A feedback of this cycle waits for approval',
    '先审核或退回该反馈',
    'Approve or reject it first',
  ),
  SPOT_CHECK_TOO_EARLY: define(
    422,
    '该月尚未结束，不能抽查',
    'The month is not over',
    '待该月结束后抽取',
    'Draw after the month has ended',
  ),
  SPOT_CHECK_DRAWN: define(
    409,
    '该月已抽取样本',
    'The month was drawn already',
    '查看已抽取的样本；同一个月不能重抽',
    'Use the sample drawn; a month is drawn once',
  ),
  SPOT_CHECK_DECIDED: define(409, '该案例已有抽查结果', 'This case has a result already', '查看已记录的结果', 'See the result recorded'),
  SAME_PERSON: define(
    403,
    '提交人不得审核自己的反馈',
    'The author may not approve',
    '由本部门另一人审核',
    'Another person of the department must approve',
  ),
  FILE_TYPE_NOT_ALLOWED: define(
    422,
    '文件类型不允许',
    'File type not allowed',
    '上传 pdf、jpg、png 或 ofd 文件',
    'Upload pdf, jpg, png or ofd',
  ),
  FILE_TOO_LARGE: define(413, '文件过大', 'File too large', '单个文件不超过 20 MB', 'At most 20 MB per file'),
  // Objections (§6)
  REDELIVERY_STATE: define(
    409,
    '补发的当前状态不允许该操作',
    'The state of the redelivery does not allow this',
    '按 detail 所列的状态操作；预览完成后才能确认，结束后须另建',
    'Confirm when the preview is ready; start another one when it is over',
  ),
  REDELIVERY_COUNT_DIFFERS: define(
    409,
    '确认的事件数与预览不符',
    'The number confirmed is not that of the preview',
    '先查看预览，再以预览中的事件数确认',
    'Look at the preview, then confirm the number it tells',
  ),
  REDELIVERY_RUNNING: define(
    409,
    '同一部门、同一范围的补发尚未结束',
    'The same is being sent to this department already',
    '等待 detail 所列的补发结束，或先取消',
    'Wait for the one named in detail, or cancel it first',
  ),
  REDELIVERY_EMPTY: define(
    422,
    '没有可补发的事件',
    'Nothing to send again',
    '放宽范围或事件类型；只能补发该部门原本可以收到的事件',
    'Widen the scope or the types; only what the department was told before can be sent again',
  ),
  OBJECTION_NOT_ENTITLED: define(
    422,
    '无权就该记录提出异议',
    'Not entitled to object',
    '由本人、代理人、继承人、监护人、管理人、承继单位或被误认的人提出；其他人可举报',
    'The subject, its agent, heir, guardian, administrator, successor or a person mistaken for it may object; others may report',
  ),
  OBJECTION_INCOMPLETE: define(
    422,
    '异议申请材料不全',
    'The objection lacks what it needs',
    '按 errors 一次补齐后再提交',
    'Add everything that errors names, then submit again',
  ),
  OBJECTION_DUPLICATE: define(
    409,
    '同一事实的异议已被驳回，且没有新证据',
    'The same was dismissed before and there is no new evidence',
    '补充新证据后重新提出，或依法申请行政复议、提起诉讼（R-6-12）',
    'Bring new evidence, or ask for reconsideration or sue',
  ),
  OBJECTION_OPEN: define(
    409,
    '同一申请人对该记录已有在办的异议',
    'An objection of this applicant is open already',
    '在 detail 所列的异议中补充材料',
    'Add to the objection named in detail',
  ),
  OUTCOME_NOT_ALLOWED: define(
    422,
    '该阶段不能作出此结论',
    'Outcome not allowed here',
    '见 detail 中允许的结论与处理方式',
    'See what detail allows',
  ),
  // Imports
  IMPORT_FILE_REQUIRED: define(
    400,
    '缺少导入文件',
    'File required',
    '以 multipart/form-data 的 file 字段或 text/csv 请求体提交',
    'Send it as field file of multipart/form-data or as a text/csv body',
  ),
  TABLE_FORMAT_UNSUPPORTED: define(
    422,
    '不支持的文件格式',
    'File format not supported',
    '在表格软件中另存为“Excel 工作簿（.xlsx）”或“CSV UTF-8”后重新上传',
    'Save it as an Excel workbook (.xlsx) or as CSV UTF-8, then send it again',
  ),
  TABLE_UNREADABLE: define(
    422,
    '文件无法读取',
    'File cannot be read',
    '按 detail 所指的位置修改，或在表格软件中重新保存后上传',
    'Mend the place that detail names, or save the file again, then send it',
  ),
  TABLE_TOO_LARGE: define(
    413,
    '文件内容超过上限',
    'File beyond its limits',
    '拆分文件，或另存为“CSV UTF-8”后上传',
    'Split the file, or save it as CSV UTF-8',
  ),
  TABLE_SHEET_UNKNOWN: define(
    422,
    '没有该工作表',
    'No such sheet',
    '从 detail 所列的可见工作表中选择',
    'Choose one of the visible sheets that detail names',
  ),
  IMPORT_FIELD_MISSING: define(
    422,
    '该版式缺少必需的字段',
    'The layout lacks a field that is needed',
    '上传时以 defaults 给出固定值，或以 @表头 指明取自哪一列',
    'Give a value with defaults when you upload, or name a column as @header',
  ),
  IMPORT_ROW_REPEATED: define(
    422,
    '文件中有重复的行',
    'The same row twice in the file',
    '核对 detail 所指的行，删去多余的一行',
    'Compare with the line that detail names and delete one of them',
  ),
  IMPORT_STATE: define(
    409,
    '导入作业的当前状态不允许此操作',
    'Not allowed in the state of the import',
    '见 detail 中的状态和允许的操作',
    'See detail for the state and what it allows',
  ),
  IMPORT_TOUCHED: define(
    409,
    '导入的记录已有后续处理，不能整体撤销',
    'Records of the import have been worked on since; it cannot be undone as a whole',
    '按 errors 所列的行逐条处理，或先撤回后续处理',
    'Treat the rows that errors names one by one',
  ),
  IMPORT_FILE_GONE: define(
    410,
    '原文件已按期销毁',
    'The file has been destroyed after its time',
    '用本单位留存的文件重新导入',
    'Import your own copy again',
  ),
  SOURCE_RECORD_UNKNOWN: define(
    422,
    '没有该来源记录',
    'No such source record',
    '核对来源记录编号、名单代码和来源；只能移出本单位认定的记录',
    'Check the source record id, the list and the origin; only records of your own unit can be removed',
  ),
  IMPORT_HEADER_UNKNOWN: define(422, '表头无法识别', 'Unknown column', '按模板核对表头', 'Compare the header with the template'),
  IMPORT_ROW_INVALID: define(422, '该行格式错误', 'Malformed row', '按 detail 修改该行', 'Correct the row as detail says'),
  // Mutual recognition, national batches, publication (R-2-16, R-2-17, R-2-7)
  FOREIGN_ENTRY: define(
    403,
    '异地认定的记录',
    'Entry of another region',
    '由原认定单位修复或移出；本市信用办据其文书同步',
    'Its own designating unit must repair or remove it; the credit office here follows its document',
  ),
  AGREEMENT_OVERLAPS: define(
    409,
    '同一地区同一名单已有互认协议',
    'An agreement for this region and list exists in that time',
    '先终止已有协议，或调整起止日期',
    'End the existing agreement first, or choose other dates',
  ),
  BATCH_DIFFERS: define(
    409,
    '同一批次号已以不同内容收到',
    'The batch was received with other content',
    '更正重发请附 correction（文书号），可先以 dryRun=true 查看差异',
    'Send a corrected re-issue with correction (document number); dryRun=true shows the differences',
  ),
  BATCH_NOT_READY: define(
    409,
    '批次尚未全部核实',
    'Not every row of the batch is settled',
    '见 detail 中未完成的数量；全部完成后再上报',
    'See detail for what is open; report when all is settled',
  ),
  BATCH_REPORTED: define(
    409,
    '批次已上报',
    'The batch has been reported',
    '上报只进行一次，请下载已上报的结果',
    'A batch is reported once; download the report',
  ),
  VERIFICATION_STATE: define(
    409,
    '核实任务的当前状态不允许此操作',
    'Not allowed in the state of the verification',
    '见 detail 中的状态和允许的操作',
    'See detail for the state and what it allows',
  ),
  VERIFICATION_INCOMPLETE: define(
    422,
    '核实结果缺少必填内容',
    'The result lacks what it must state',
    '按 errors 补充',
    'Add what errors names',
  ),
  NOTICE_NOT_AVAILABLE: define(
    409,
    '该记录没有此告知文书',
    'The entry has no such notice',
    '决定作出后方可生成；红名单和重点关注名单没有信用修复告知书',
    'It exists once the decision is made; honours and focus entries have no repair notice',
  ),
  REPAIR_TOO_EARLY: define(
    422,
    '未到最早可申请日',
    'Too early to apply for repair',
    '在 detail 所示最早可申请日之后申请',
    'Apply on or after the earliest day named in detail',
  ),
  REPAIR_NOT_APPLICABLE: define(
    422,
    '该记录不适用信用修复',
    'This record is not a case for repair',
    '按 detail 所示途径办理',
    'Take the road named in detail',
  ),
  REPAIR_NOT_ALLOWED: define(
    422,
    '依法不予修复或不得提前修复',
    'The law does not allow this repair, or not yet',
    '见 detail 所引法律条款；期满后自动退出',
    'See the clause cited in detail; the record ends with its term',
  ),
  REPAIR_NOT_NEEDED: define(
    409,
    '记录已退出或停止公示，无需修复',
    'The record is over, no repair is needed',
    '核对记录编号；如仍在别处公示请提出异议',
    'Check the number; object where it is still shown',
  ),
  REPAIR_ALREADY_OPEN: define(
    409,
    '该记录已有在办的修复申请',
    'A repair of this record is under way',
    '查询 detail 所示申请的进展',
    'Follow the application named in detail',
  ),
  REPAIR_ITEMS_DIFFER: define(
    422,
    '一件申请只能涉及同一主体、同一认定部门的记录',
    'One application names records of one subject and one department',
    '按主体和认定部门分别申请（谁认定、谁修复）',
    'Apply separately for each subject and department',
  ),
  REPAIR_MATERIAL_REQUIRED: define(
    422,
    '缺少必需的材料',
    'A required material is missing',
    '按 errors 补充材料',
    'Add the materials named in errors',
  ),
  REPAIR_CONDITIONS_OPEN: define(
    422,
    '修复条件尚未全部具备',
    'Not all conditions of repair are met',
    '补齐 detail 所列条件，或说明理由后不予修复',
    'Meet the conditions in detail, or refuse with reasons',
  ),
  REPAIR_STATE: define(
    409,
    '申请当前状态不能如此办理',
    'The application is in another state',
    '查看当前状态和可行的操作',
    'See its state and what is allowed',
  ),
  PARKED_KEY_UNKNOWN: define(404, '没有此停放键', 'No such parked key', '从 /api/v1/parked 选择', 'Choose one from /api/v1/parked'),
  REDRIVE_FAILED: define(
    409,
    '重放仍然失败',
    'Redrive failed again',
    '按 detail 排除原因后重试',
    'Remove the cause named in detail, then try again',
  ),
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof problems;

/** One fault of one field. `pointer` is a JSON Pointer into the request body. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: ProblemCode;
  /** What is wrong and how to mend it, in Chinese; never personal data. */
  readonly detail: string;
}

/** RFC 9457 body of every refusal (product §B.1). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly remedy: string;
  readonly instance: string;
  readonly code: ProblemCode;
  readonly traceId: string;
  readonly retryable: boolean;
  readonly errors?: readonly FieldProblem[];
}

/** A refusal as the services throw it; only the filter of libs/platform knows HTTP, only the consumers know retry. */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ProblemError';
  }
}
