import { maskName, type ProblemCode, type RegisterChange, type RegisterResult, registerChangeSchema } from '@lianxin/contracts';
import { chineseFault, parseJsonBody, type Transaction } from '@lianxin/platform';
import type { SheetTemplate } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { applyDefaults } from './import-defaults.rules.ts';
import { headerAt, readHeader, readRow } from './import-fields.rules.ts';
import {
  type ImportContext,
  type ImportKind,
  ImportKinds,
  type ImportRow,
  type LayoutDecision,
  type RowDecision,
  type RowKey,
  type RowOutcome,
} from './import-kind.ts';
import { rowFaults } from './import-row.faults.ts';
import { RegisterService } from './register.service.ts';
import { registerFields, registerIndex } from './register-import.rules.ts';

const required = new Set(['kind', 'name', 'effectiveOn', 'source']);

const template: SheetTemplate = {
  code: 'register',
  titleZh: '登记库变更',
  version: 1,
  columns: registerFields.map(({ path, titleZh, kind, choices }) => ({
    path: path.replace('*', '0'),
    titleZh: titleZh.replace('#', '1'),
    isRequired: required.has(path),
    noteZh: kind === 'DATE' ? 'YYYY-MM-DD' : choices === undefined ? '未填写的列保持不变' : '从下拉项中选择',
    ...(choices === undefined ? {} : { choices }),
  })),
  examples: [
    {
      kind: '法人',
      usccCode: '91320799MA00000155',
      name: '示例港务有限公司',
      effectiveOn: '2026-01-05',
      source: '市场主体登记',
      status: '正常',
      regionCode: '320706',
      'legalRepresentative.name': '李示例',
    },
  ],
};

/** Files of the registers (法人库, 自然人库): each row goes the way of the API. */
@Injectable()
export class RegisterImport implements ImportKind<RegisterChange> {
  readonly code = 'register';
  readonly titleZh = '登记库变更';
  readonly roles = ['CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;
  /** Deregistrations end entries: they go with the removals, before additions. */
  readonly rank = 0;
  readonly template = template;

  constructor(
    kinds: ImportKinds,
    private readonly register: RegisterService,
  ) {
    kinds.register(this);
  }

  recognise(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<RegisterChange> {
    const header = readHeader(registerIndex, headers);
    if (!header.ok) return header;
    const filled = applyDefaults(registerIndex, header.columns, headers, defaults);
    if (!filled.ok) return { ok: false, recognised: headers.length, faults: filled.faults };
    return {
      ok: true,
      layout: {
        code: 'own',
        titleZh: '本系统登记库模板',
        ignored: [],
        read: (cells: readonly string[]): RowDecision<RegisterChange> => {
          const value = readRow(filled.columns, filled.fill(cells, cells), parseJsonBody);
          if (!value.ok) return value;
          const parsed = registerChangeSchema.safeParse(value.value, { error: chineseFault });
          if (parsed.success) return { ok: true, row: parsed.data, warnings: [] };
          return { ok: false, faults: rowFaults(parsed.error, registerFields) };
        },
        headerAt: (pointer: string) => headerAt(filled.columns, pointer),
      },
    };
  }

  /** One subject may stand in a file several times, at different dates. */
  keysOf(row: RegisterChange): readonly RowKey[] {
    return [{ pointer: '/name', key: JSON.stringify([row.kind, row.usccCode ?? '', row.idNumber ?? '', row.effectiveOn, row.name]) }];
  }

  async receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<RegisterChange>[]): Promise<readonly RowOutcome[]> {
    const results = await this.register.apply(
      tx,
      context.principal,
      rows.map(({ row }) => row),
    );
    return rows.map(({ row }, index) => outcomeOf(row, results[index]));
  }
}

const words = {
  CREATED: '新登记',
  CHANGED: '变更',
  RENAMED: '更名',
  ENDED: '注销或死亡',
  UNCHANGED: '无变化',
  CONFLICT: '号码已登记而名称不同，转人工核对',
} as const;

function outcomeOf(row: RegisterChange, result: RegisterResult | undefined): RowOutcome {
  if (result === undefined) throw new Error('a row without an answer');
  if (result.outcome === 'REFUSED')
    return { ok: false, errors: result.errors.map((fault) => ({ ...fault, code: fault.code as ProblemCode })) };
  const name = row.kind === 'PERSON' ? maskName(row.name) : row.name;
  const ended = result.endedEntries.length === 0 ? '' : `，名单记录关闭：${result.endedEntries.join('、')}`;
  const warnings =
    result.outcome === 'CONFLICT'
      ? [{ pointer: '/name', code: 'CONFLICT' as const, detail: '该号码由认定决定登记，名称不同，已转入身份待核队列' }]
      : [];
  const effect =
    result.outcome === 'CREATED' ? 'CREATED' : result.outcome === 'UNCHANGED' || result.outcome === 'CONFLICT' ? 'KNOWN' : 'CHANGED';
  return { ok: true, effect, summary: `${words[result.outcome]}：${name}${ended}`, warnings, made: null };
}
