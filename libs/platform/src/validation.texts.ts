import { z } from 'zod';

type Fault = Parameters<z.core.$ZodErrorMap>[0];

const standard = z.locales.zhCN().localeError;
const types: Readonly<Record<string, string>> = {
  string: '文本',
  number: '数字',
  int: '整数',
  boolean: ' true 或 false',
  array: '数组 […]',
  object: '对象 {…}',
  record: '对象 {…}',
};
const formats: Readonly<Record<string, string>> = {
  uuid: '应为标识（UUID），如 018f3c1e-7a2b-7c4d-9e5f-0a1b2c3d4e5f',
  date: '应为存在的日期，写作 YYYY-MM-DD',
  datetime: '应为带时区的时间，如 2026-11-24T09:30:00+08:00',
  email: '应为电子邮件地址',
  url: '应为网址',
};

/** What is wrong with a value and how it should be, in the words of those who fill it in; what has no words here is told as zod tells it. */
export const chineseFault: z.core.$ZodErrorMap = (fault) => {
  const isMissing = fault.input === undefined;
  switch (fault.code) {
    case 'invalid_type':
      if (isMissing) return '必填，未提供';
      return fault.expected in types ? `应为${types[fault.expected]}` : standard(fault);
    case 'invalid_value':
      return `${isMissing ? '必填，' : ''}应为${fault.values.length === 1 ? ' ' : '下列之一：'}${fault.values.map(String).join('、')}`;
    case 'invalid_union':
      return isMissing ? '必填，未提供' : '不符合任何一种允许的写法，见 /docs';
    case 'invalid_format':
      return formats[fault.format] ?? (fault.format === 'regex' ? `格式应符合 ${fault.pattern}` : standard(fault));
    case 'unrecognized_keys':
      return `没有字段 ${fault.keys.join('、')}，请核对拼写`;
    case 'too_small':
      return tooSmall(fault) ?? standard(fault);
    case 'too_big':
      return tooBig(fault) ?? standard(fault);
    default:
      return standard(fault);
  }
};

function tooSmall({ origin, minimum, inclusive, exact }: Extract<Fault, { code: 'too_small' }>): string | undefined {
  if (exact === true) return exactly(origin, minimum);
  if (origin === 'string') return minimum === 1 ? '不能为空' : `至少 ${minimum} 个字符`;
  if (origin === 'array') return `至少 ${minimum} 项`;
  if (origin === 'number' || origin === 'int') return inclusive === false ? `应大于 ${minimum}` : `不能小于 ${minimum}`;
  return undefined;
}

function tooBig({ origin, maximum, inclusive, exact }: Extract<Fault, { code: 'too_big' }>): string | undefined {
  if (exact === true) return exactly(origin, maximum);
  if (origin === 'string') return `最多 ${maximum} 个字符`;
  if (origin === 'array') return `最多 ${maximum} 项`;
  if (origin === 'number' || origin === 'int') return inclusive === false ? `应小于 ${maximum}` : `不能大于 ${maximum}`;
  return undefined;
}

function exactly(origin: string, count: number | bigint): string | undefined {
  if (origin === 'string') return `应为 ${count} 个字符`;
  return origin === 'array' ? `应为 ${count} 项` : undefined;
}
