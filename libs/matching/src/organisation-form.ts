/**
 * Component FORM of an organisation's name (§11.1 step 9). Texts of one class are the same form by law; 有限责任公司 is 有限公司, never 股份有限公司.
 * GENERIC stands for a form that was only hinted at (公司), NONE for a name without form (小吃店, 中学).
 */
export const formClasses = [
  'NONE',
  'GENERIC',
  'LIMITED',
  'STOCK',
  'GROUP_LIMITED',
  'GROUP_STOCK',
  'GROUP',
  'LIMITED_PARTNERSHIP',
  'GENERAL_PARTNERSHIP',
  'SPECIAL_PARTNERSHIP',
  'PARTNERSHIP',
  'SOLE',
  'COOPERATIVE',
] as const;
export type FormClass = (typeof formClasses)[number];

const formTexts: Readonly<Record<string, FormClass>> = {
  有限公司: 'LIMITED',
  有限责任公司: 'LIMITED',
  股份有限公司: 'STOCK',
  股份公司: 'STOCK',
  集团有限公司: 'GROUP_LIMITED',
  集团有限责任公司: 'GROUP_LIMITED',
  '(集团)有限公司': 'GROUP_LIMITED',
  '(集团)有限责任公司': 'GROUP_LIMITED',
  集团股份有限公司: 'GROUP_STOCK',
  '(集团)股份有限公司': 'GROUP_STOCK',
  集团公司: 'GROUP',
  集团总公司: 'GROUP',
  集团: 'GROUP',
  '(集团)公司': 'GROUP',
  '(集团)': 'GROUP',
  公司: 'GENERIC',
  总公司: 'GENERIC',
  '合伙企业(有限合伙)': 'LIMITED_PARTNERSHIP',
  '(有限合伙)': 'LIMITED_PARTNERSHIP',
  '合伙企业(普通合伙)': 'GENERAL_PARTNERSHIP',
  '(普通合伙)': 'GENERAL_PARTNERSHIP',
  '合伙企业(特殊普通合伙)': 'SPECIAL_PARTNERSHIP',
  '(特殊普通合伙)': 'SPECIAL_PARTNERSHIP',
  合伙企业: 'PARTNERSHIP',
  个人独资企业: 'SOLE',
  '(个人独资)': 'SOLE',
  '(个人独资企业)': 'SOLE',
  专业合作社: 'COOPERATIVE',
  农民专业合作社: 'COOPERATIVE',
  合作社: 'COOPERATIVE',
  专业合作社联合社: 'COOPERATIVE',
  农民专业合作社联合社: 'COOPERATIVE',
};

/** Texts of forms by their last character, longest first. */
const formsByEnd = new Map<string, [string, FormClass][]>();
for (const [text, form] of Object.entries(formTexts).sort(([a], [b]) => b.length - a.length)) {
  const end = text.charAt(text.length - 1);
  formsByEnd.set(end, [...(formsByEnd.get(end) ?? []), [text, form]]);
}

/** Forms after which only a branch can follow. */
const inside = /(?:集团)?(?:股份有限|有限责任|有限)公司|(?:农民)?专业合作社(?:联合社)?|\((?:有限|普通|特殊普通)合伙\)|集团公司|公司/u;

export interface FormReading {
  readonly form: FormClass;
  /** Where the form begins and what follows it. */
  readonly start: number;
  readonly end: number;
}

/** The form at the end of a text; undefined when there is none. */
export function readFormAtEnd(text: string): FormReading | undefined {
  for (const [ending, form] of formsByEnd.get(text.charAt(text.length - 1)) ?? [])
    if (text.endsWith(ending)) return { form, start: text.length - ending.length, end: text.length };
  return undefined;
}

/** The first form inside a text, with something behind it: the beginning of a branch's own part, or of a name written in another order. */
export function findFormInside(text: string): { start: number; end: number } | undefined {
  const company = text.indexOf('公司');
  // The usual name, by far: one 公司, at the end.
  if (company === text.length - 2 && !text.includes('(') && !text.includes('合作社')) return undefined;
  if (company < 0 && !text.includes('合')) return undefined;
  const found = inside.exec(text);
  if (!found || found.index + found[0].length === text.length) return undefined;
  return { start: found.index, end: found.index + found[0].length };
}

/** Endings of a branch in a name without the parent's form (企业名称登记管理规定 art. 13). Behind a form anything is a branch's own part. */
const bareBranchEndings = ['分公司', '分厂', '分店', '分行', '支行', '分社', '分理处'];

/** The ending of a branch in a name such as 某银行连云港分行; undefined for what is no branch. */
export function findBareBranchEnding(text: string): string | undefined {
  return bareBranchEndings.find((ending) => text.endsWith(ending));
}
