import { generateUscc, idNumberCheckCharacter, type ListEntryRequest } from '@lianxin/contracts';

/** Made-up bodies and persons of the demo city. Codes and numbers carry region 320799, which does not exist, and right check characters. */

const districts = [
  { code: '320703', name: '连云' },
  { code: '320706', name: '海州' },
  { code: '320707', name: '赣榆' },
  { code: '320722', name: '东海' },
  { code: '320723', name: '灌云' },
  { code: '320724', name: '灌南' },
] as const;
const surnames = [...'王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗'];
const givenNames = ['示例', '样本', '演示', '范文', '试用'];

const pick = <Item>(items: readonly Item[], index: number): Item => {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
};

/** Who an entry is about, and the person whom a decision on a company may name. */
export interface DemoSubject {
  readonly subject: ListEntryRequest['subject'];
  readonly representative?: ReturnType<typeof person>;
}

/** Company number `index` (below 500) of a trade, e.g. 海州示例第017号建筑工程有限公司. */
export function company(index: number, trade: string): DemoSubject {
  const district = pick(districts, index);
  const name = `${district.name}示例第${String(index).padStart(3, '0')}号${trade}有限公司`;
  return {
    subject: { kind: 'LEGAL', name, usccCode: generateUscc('91', 'MALYG', index), regionCode: district.code },
    representative: person(500 + index),
  };
}

/** Individual business number `index`. */
export function shop(index: number, trade: string): DemoSubject {
  const district = pick(districts, index);
  const name = `${district.name}示例第${String(index).padStart(3, '0')}号${trade}店`;
  return { subject: { kind: 'IB', name, usccCode: generateUscc('92', 'MALYG', index), regionCode: district.code } };
}

/** Person number `index` as the subject of an entry. */
export function citizen(index: number): DemoSubject {
  return { subject: { kind: 'PERSON', ...person(index), regionCode: pick(districts, index).code } };
}

/** Person number `index` (below 1000), of age since long. */
function person(index: number) {
  const birth = `${1962 + (index % 30)}${String(1 + (index % 12)).padStart(2, '0')}${String(1 + (index % 28)).padStart(2, '0')}`;
  const first17 = `320799${birth}${String(index).padStart(3, '0')}`;
  return {
    name: pick(surnames, index) + pick(givenNames, Math.floor(index / surnames.length)),
    idType: 'ID_CARD' as const,
    idNumber: first17 + idNumberCheckCharacter(first17),
  };
}
