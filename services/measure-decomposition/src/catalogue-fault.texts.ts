import { z } from 'zod';

/** In which cells are found wrong, whatever language this process speaks otherwise: the texts below begin from it. */
export const english = z.locales.en().localeError;

/** What the checks of a catalogue say, for the office: they name rows and codes in English, for those who run the files. */
const texts: readonly (readonly [RegExp, string])[] = [
  [/^(\S+) stands already on line .*$/, '编码 $1 重复'],
  [/^level (\S+) has no queue here$/, '层级为 $1 的单位不设队列'],
  [/^level (\S+) must have a queue here$/, '层级为 $1 的单位须设队列'],
  [/^no department (\S+)$/, '没有部门 $1'],
  [/^no county office (\S+)$/, '没有县区信用办 $1'],
  [/^the office of a zone must say 0 or 1$/, '功能板块的信用办须写明是否委托执行'],
  [/^only the office of a zone has it$/, '只有功能板块的信用办填写'],
  [/^the office of a county or zone needs its region$/, '县区、功能板块的信用办须有行政区划'],
  [/^region already of (\S+)$/, '该行政区划已属于 $1'],
  [/^no class (\S+)$/, '没有措施分类 $1'],
  [/^class (\S+) is of group (\S+)$/, '分类 $1 属于第 $2 组'],
  [/^rewards, and only they, are of group R$/, '激励措施（且仅激励措施）属于 R 组'],
  [/^group 3 must be REFERENCE.*$/, '第三类措施只能供参考，不得强制（R-1-4）'],
  [/^a RECOMMENDED restriction needs it.*$/, '推荐性惩戒措施须写明最低失信程度（R-4-7）'],
  [/^only a RECOMMENDED restriction has it.*$/, '只有推荐性惩戒措施填写最低失信程度（R-4-7）'],
  [/^no memorandum (\S+)$/, '没有备忘录 $1'],
  [/^before effective_from$/, '失效日期早于施行日期'],
  [/^no measure (\S+)$/, '没有措施 $1'],
  [/^(\S+) executes (\S+) already$/, '$1 已是 $2 的执行部门'],
  [/^(\S+) is of level (\S+)$/, '$1 的层级为 $2，与执行规则不符'],
  [/^name the city department;.*$/, '请填市级部门，县区对应部门由记录的层级决定（R-4-4）'],
  [/^(\S+) has (\d+) LEAD executors, must have exactly one$/, '$1 有 $2 个牵头部门，须恰有一个'],
  [/^exactly citations of confidence H are verified.*$/, '只有经核实的引文可标为已核实（目录规则 13）'],
  [/^(\S+) belongs already to (.*)$/, '归并编码 $1 在同一名单、当事人和部门已属于 $2（目录规则 23）'],
  [/^no measure has the canonical code (\S+)$/, '没有措施使用归并编码 $1'],
  [/^must not be empty$/, '不能为空'],
  [/^a value stands twice$/, '同一个值出现两次'],
  [/^capital letters and digits, joined by hyphens$/, '编码由大写字母和数字组成，可用连字符'],
  [/^codes joined by & or \|, never both$/, '条件编码用 & 或 | 连接，不能混用'],
  [/^the header must read (.*)$/, '表头应为 $1'],
  [/^(\d+) cells instead of (\d+)$/, '本行有 $1 个单元格，应为 $2 个'],
  [/^Invalid ISO date$/, '日期应为 YYYY-MM-DD'],
  [/^the file is empty$/, '文件是空的'],
  [/^Invalid option: expected one of (.*)$/, '应为下列之一：$1'],
  [/^Too small: expected string to have >=1 characters$/, '不能为空'],
  [/^Too big: expected string to have <=(\d+) characters$/, '最多 $1 个字符'],
  [/^Invalid string: must match pattern (.*)$/, '格式应符合 $1'],
];

export function faultTextZh(message: string): string {
  const known = texts.find(([pattern]) => pattern.test(message));
  return known === undefined ? `内容不符合要求（${message}）` : message.replace(known[0], known[1]);
}
