import { describe, expect, it } from '@jest/globals';
import { MatchIndex } from './match-index.ts';
import type { MatchAnswer, OrganisationQuery, PersonQuery, RegisterRecord } from './types.ts';

const code = '91320799MA00000155';
const otherCode = '91320799MA00000230';
const unknownCode = '91320799MA10001050';

const company: RegisterRecord = {
  id: 'company',
  kind: 'LEGAL',
  version: 1,
  names: [{ text: '连云港金达贸易有限公司' }, { text: '连云港银通商贸有限公司', former: true, from: '2010-01-01', to: '2015-06-30' }],
  usccCode: code,
  registrationNo: '320700000012345',
  legalRepresentative: { name: '张三', idHash: 'hash-of-zhang' },
  address: '江苏省连云港市海州区朝阳路12号',
  regionCode: '320706',
};
const branch: RegisterRecord = {
  id: 'branch',
  kind: 'UNINC',
  version: 2,
  names: [{ text: '连云港金达贸易有限公司赣榆分公司' }],
  usccCode: otherCode,
  regionCode: '320707',
  parentId: 'company',
};
const inXuzhou: RegisterRecord = {
  id: 'in-xuzhou',
  kind: 'LEGAL',
  version: 3,
  names: [{ text: '徐州金达贸易有限公司' }],
  usccCode: '91320799MA1000172X',
  regionCode: '320300',
};
const person = (id: string, name: string, idNumber: string, more: Partial<RegisterRecord> = {}): RegisterRecord => ({
  id,
  kind: 'PERSON',
  version: 10,
  names: [{ text: name }],
  person: { idType: 'ID_CARD', idNumber },
  ...more,
});
const zhang = person('zhang', '张伟', '320799189901010019', { regionCode: '320706', version: 11 });
const otherZhang = person('other-zhang', '张伟', '320799189906150889', { regionCode: '320706', version: 12 });
const register = [company, branch, inXuzhou, zhang, otherZhang];

const index = MatchIndex.build(register);
const ask = (name: string, more: Partial<OrganisationQuery> = {}) => index.search({ schema: 'Organization', names: [name], ...more });
const askPerson = (name: string, more: Partial<PersonQuery> = {}) => index.search({ schema: 'Person', names: [name], ...more });
const found = ({ results }: MatchAnswer) => results.map(({ recordId, grade }) => `${recordId} ${grade}`);

describe('an organisation is looked for', () => {
  it.each<[string, string[], string, Partial<OrganisationQuery>]>([
    ['by code and name', ['company E1'], '连云港金达贸易有限公司', { usccCode: code }],
    [
      'by code in full-width characters',
      ['company E1'],
      '连云港金达贸易有限公司',
      { usccCode: '９１３２０７９９ＭＡ００００１５５'.replace('ＭＡ０００', 'ＭＡ００００') },
    ],
    ['by code and a variant', ['company E2'], '江苏省连云港市金达贸易有限责任公司', { usccCode: code }],
    ['by code and a former name in use then', ['company E1'], '连云港银通商贸有限公司', { usccCode: code, decisionDate: '2015-06-30' }],
    ['by code and a former name the day after', ['company C1'], '连云港银通商贸有限公司', { usccCode: code, decisionDate: '2015-07-01' }],
    ['by code and a former name, day unknown', ['company C1'], '连云港银通商贸有限公司', { usccCode: code }],
    ['by code and a former name said to be one', ['company E1'], '连云港银通商贸有限公司', { usccCode: code, saysFormerName: true }],
    ['by code and another name', ['company C1'], '南京样板物流有限公司', { usccCode: code }],
    ['by code and the name of its branch', ['company C1'], '连云港金达贸易有限公司赣榆分公司', { usccCode: code }],
    ['by its branch’s code and its own name', ['branch C1'], '连云港金达贸易有限公司', { usccCode: otherCode }],
    ['by name under an unknown valid code', [], '连云港金达贸易有限公司', { usccCode: unknownCode }],
    ['by name and a code with a wrong check character', ['company P3'], '连云港金达贸易有限公司', { usccCode: '91320799MA00000156' }],
    ['by a faulty code far from its own', ['company S1'], '连云港金达贸易有限公司', { usccCode: '91320799MA99999999' }],
    ['by the organisation code', ['company P1'], '连云港金达贸易有限公司', { organisationCode: 'MA000001-5' }],
    ['by the organisation code under another name', ['company C2'], '南京样板物流有限公司', { organisationCode: 'MA0000015' }],
    ['by the registration number', ['company P1'], '连云港金达贸易有限责任公司', { registrationNo: '320700000012345' }],
    ['by name and legal representative', ['company P2'], '连云港金达贸易有限公司', { legalRepresentative: { name: '张 三' } }],
    [
      'by name and a namesake of the representative',
      ['company S1'],
      '连云港金达贸易有限公司',
      { legalRepresentative: { name: '张三', idHash: 'another' } },
    ],
    ['by name', ['company S1'], '连云港金达贸易有限公司', {}],
    ['by name and county, other form', ['company S2'], '金达贸易有限责任公司', { regionCode: '320706' }],
    ['by 字号 in other characters and the address', ['company S3'], '近大物流有限公司', { address: '连云港市海州区朝阳路12号' }],
    ['by a misspelt name', ['company S4'], '连云港金全贸易有限公司', {}],
    ['by a misspelt region', ['company S4'], '连云巷金达贸易有限公司', {}],
    ['by a misspelt form', ['company S4'], '连云港金达贸易有限工司', {}],
    ['by a former name in use then', ['company S1'], '连云港银通商贸有限公司', { decisionDate: '2012-01-01' }],
    ['by a former name out of its time', [], '连云港银通商贸有限公司', { decisionDate: '2016-01-01' }],
    ['by the name of a branch nobody knows', [], '连云港金达贸易有限公司灌云分公司', {}],
    ['by the number of another branch', [], '连云港金达贸易有限公司第二分公司', {}],
    ['by a misspelt branch', ['branch S4'], '连云港金达贸易有限公司干榆分公司', {}],
    ['by a name of another region', [], '苏州金达贸易有限公司', {}],
    ['by its 字号 in another industry', [], '连云港金达物流有限公司', {}],
    ['by nothing readable', [], '　\u200B', {}],
  ])('%s: %p', (_, expected, name, more) => {
    expect(found(ask(name, more))).toEqual(expected);
  });

  it('and a branch is found under its own name only', () => {
    expect(found(ask('连云港金达贸易有限公司赣榆分公司'))).toEqual(['branch S1']);
    expect(found(ask('连云港金达贸易有限公司赣榆区分公司', { usccCode: otherCode }))).toEqual(['branch E2']);
  });

  it('and what looks alike but is another is named with its reason', () => {
    const { rejected } = ask('连云港金达贸易有限公司', { usccCode: unknownCode });
    expect(rejected[0]).toMatchObject({ recordId: 'company', grade: 'NONE', decision: 'no_match' });
    expect(rejected[0]?.explanations['uscc_conflict']?.detail).toContain('判为不同主体');
  });

  it('and a revoked or deregistered one is found with its flag', () => {
    const ended = MatchIndex.build([{ ...company, status: 'DEREGISTERED' }]);
    const [result] = ended.search({ schema: 'Organization', names: ['连云港金达贸易有限公司（吊销）'], usccCode: code }).results;
    expect(result?.grade).toBe('E1');
    expect(result?.flags).toEqual(['DEREGISTERED', 'REVOKED']);
    expect(result?.explanations['status']?.detail).toContain('已注销');
  });

  it('and two with one name are both for review, none of them a click away', () => {
    const twins = MatchIndex.build([company, { ...company, id: 'twin', usccCode: otherCode, registrationNo: undefined }]);
    const answer = twins.search({ schema: 'Organization', names: ['连云港金达贸易有限公司'], legalRepresentative: { name: '张三' } });
    expect(found(answer)).toEqual(['company S3', 'twin S3']);
    expect(answer.results[0]?.explanations['uniqueness']?.detail).toContain('2 户');
  });
});

describe('a person is looked for', () => {
  const idNumber = '320799189901010019';
  it.each<[string, string[], string, Partial<PersonQuery>]>([
    ['by number and name', ['zhang E1'], '张伟', { idType: 'ID_CARD', idNumber }],
    ['by number and name with a title', ['zhang E1'], '张　伟先生', { idType: 'ID_CARD', idNumber }],
    ['by number and another name', ['zhang C1'], '李四', { idType: 'ID_CARD', idNumber }],
    ['by number and a name with an unreadable character', ['zhang P2'], '张□', { idType: 'ID_CARD', idNumber }],
    ['by number and a name with pinyin', ['zhang P2'], '张wei', { idType: 'ID_CARD', idNumber }],
    ['by number and wrong pinyin', ['zhang C1'], '张ming', { idType: 'ID_CARD', idNumber }],
    ['by number without its type', ['zhang P2'], '张伟', { idNumber }],
    ['by the number of another document', [], '张伟', { idType: 'PASSPORT', idNumber: 'E12345678' }],
    ['by name alone', [], '张伟', {}],
    ['by name, county and telephone', [], '张伟', { regionCode: '320706', phoneHash: 'x' }],
    ['by name and a number with a wrong check character', [], '张伟', { idType: 'ID_CARD', idNumber: '320799189901010018' }],
    ['by mask and county', ['zhang P1'], '张伟', { idType: 'ID_CARD', idNumber: '320799********0019', regionCode: '320706' }],
    ['by mask and birth year', ['zhang P1'], '张伟', { idType: 'ID_CARD', idNumber: '320799********0019', birthDate: '1899-01-01' }],
    [
      'by a mask that itself shows the birth year',
      ['zhang S1'],
      '张伟',
      { idType: 'ID_CARD', idNumber: '3207991899****0019', birthDate: '1899-01-01' },
    ],
    ['by mask alone', ['zhang S1'], '张伟', { idType: 'ID_CARD', idNumber: '320799********0019' }],
    ['by mask under another name', [], '王伟', { idType: 'ID_CARD', idNumber: '320799********0019' }],
    ['by name, birth date and gender', ['zhang S2'], '张伟', { birthDate: '1899-01-01', gender: 'MALE' }],
    ['by name, birth date and the wrong gender', [], '张伟', { birthDate: '1899-01-01', gender: 'FEMALE' }],
  ])('%s: %p', (_, expected, name, more) => {
    expect(found(askPerson(name, more))).toEqual(expected);
  });

  it('and two of one name whom the mask fits are both for review, with no click to confirm', () => {
    const answer = askPerson('张伟', {
      idType: 'ID_CARD',
      idNumber: '32079918990***0**9',
      regionCode: '320706',
    });
    expect(answer.results.map(({ grade }) => grade)).toEqual(['S1', 'S1']);
  });

  it('and no explanation repeats a number', () => {
    const answer = askPerson('张伟', { idType: 'ID_CARD', idNumber });
    expect(JSON.stringify(answer)).not.toContain('18990101');
  });
});

describe('an answer', () => {
  it('is empty where no name is close enough, and nobody is refused by mistake', () => {
    expect(ask('南京样板物流有限公司')).toEqual({ results: [], rejected: [], total: 0, registerVersion: 12 });
  });

  it('leaves out pairs a person has decided to be different, and records that have not changed', () => {
    expect(found(ask('连云港金达贸易有限公司'))).toEqual(['company S1']);
    expect(
      index.search({ schema: 'Organization', names: ['连云港金达贸易有限公司'] }, { excludeIds: new Set(['company']) }).results,
    ).toEqual([]);
    expect(index.search({ schema: 'Organization', names: ['连云港金达贸易有限公司'] }, { changedSince: 1 }).results).toEqual([]);
    expect(index.search({ schema: 'Organization', names: ['连云港金达贸易有限公司'] }, { changedSince: 0 }).results).toHaveLength(1);
  });

  it('leaving one of two out does not make the other unique', () => {
    const twins = MatchIndex.build([
      company,
      { ...company, id: 'twin', usccCode: otherCode, legalRepresentative: undefined, address: undefined },
    ]);
    const query: OrganisationQuery = { schema: 'Organization', names: ['连云港金达贸易有限公司'], regionCode: '320300' };
    expect(twins.search(query, { excludeIds: new Set(['company']) }).results.map(({ grade }) => grade)).toEqual(['S4']);
  });

  it('has at most as many results as asked for, and counts all', () => {
    const many = MatchIndex.build(Array.from({ length: 30 }, (_, number) => ({ ...company, id: `c${number}`, usccCode: undefined })));
    const answer = many.search({ schema: 'Organization', names: ['连云港金达贸易有限公司'] }, { limit: 3 });
    expect(answer.results).toHaveLength(3);
    expect(answer.total).toBe(30);
  });
});

describe('the register changes', () => {
  it('and a new, a renamed and a removed organisation are seen at once, in every thread that has the memory', () => {
    const writer = MatchIndex.build(register);
    const reader = MatchIndex.attach(writer.share());
    const ofBoth = (name: string) => [writer, reader].map((one) => found(one.search({ schema: 'Organization', names: [name] })));
    writer.upsert({ ...company, version: 20, names: [{ text: '连云港飞鸿贸易有限公司' }] });
    expect(ofBoth('连云港飞鸿贸易有限公司')).toEqual([['company S1'], ['company S1']]);
    expect(ofBoth('连云港金达贸易有限公司')).toEqual([[], []]);
    writer.upsert({ ...inXuzhou, id: 'new', version: 21, names: [{ text: '连云港样板物流有限公司' }] });
    expect(ofBoth('连云港样板物流有限公司')).toEqual([['new S1'], ['new S1']]);
    writer.remove('company', 22);
    expect(ofBoth('连云港飞鸿贸易有限公司')).toEqual([[], []]);
    expect([writer.version, reader.version]).toEqual([22, 22]);
  });

  it('and an older version changes nothing', () => {
    const one = MatchIndex.build(register);
    one.upsert({ ...company, version: 0, names: [{ text: '连云港过时贸易有限公司' }] });
    one.remove('company', 0);
    expect(found(one.search({ schema: 'Organization', names: ['连云港金达贸易有限公司'] }))).toEqual(['company S1']);
  });

  it('and what cannot be read is refused before any thread sees it', () => {
    const one = MatchIndex.build(register);
    expect(() => one.upsert({ id: 'bad', kind: 'PERSON', version: 30, names: [{ text: '张伟' }] })).toThrow(RangeError);
    expect(one.version).toBe(12);
    expect(one.figures().records).toBe(register.length);
  });

  it('and an index built from its records is the same', () => {
    const one = MatchIndex.build(register);
    one.upsert({ ...company, version: 20, names: [{ text: '连云港飞鸿贸易有限公司' }] });
    one.remove('zhang', 21);
    const rebuilt = MatchIndex.build(one.records());
    expect(rebuilt.figures()).toMatchObject({ records: 4, changes: 0 });
    expect(rebuilt.find('zhang')).toBeUndefined();
    expect(rebuilt.find('company')?.names).toEqual([{ text: '连云港飞鸿贸易有限公司', former: undefined, from: undefined, to: undefined }]);
  });
});
