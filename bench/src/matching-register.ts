import { convertIdNumber15, idNumberCheckCharacter, organisationCodeCheckCharacter, usccCheckCharacter } from '@lianxin/contracts';
import type { RegisterRecord } from '@lianxin/matching';
import type { SeededRandom } from './matching-random.ts';
import {
  givenCharacters,
  industries,
  type Place,
  places,
  province,
  shopKinds,
  streets,
  surnames,
  tradeCharacters,
} from './matching-words.ts';

/** A made-up organisation with the parts its name was put together from, so that variants can be written without taking names apart. */
export interface MadeOrganisation {
  readonly record: RegisterRecord;
  readonly parts: NameParts;
  /** The parts of the former name, where there is one. */
  readonly formerParts?: NameParts | undefined;
}

export interface NameParts {
  readonly place: Place | undefined;
  readonly placeText: string;
  readonly trade: string;
  readonly industry: string;
  readonly form: string;
  /** The place stands in brackets behind the trade name. */
  readonly bracketed: boolean;
  readonly branch: string;
}

export function nameOf(parts: NameParts): string {
  const { placeText, trade, industry, form, bracketed, branch } = parts;
  return bracketed ? `${trade}（${placeText}）${industry}${form}${branch}` : `${placeText}${trade}${industry}${form}${branch}`;
}

const serialAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A valid code in the region that does not exist: one per serial number. */
export function codeOf(serial: number, registration: string): string {
  let body = '';
  for (let rest = serial, place = 0; place < 6; place += 1, rest = Math.floor(rest / 31)) body = serialAlphabet.charAt(rest % 31) + body;
  const organisation = `MA${body}`;
  const first17 = `${registration}320799${organisation}${organisationCodeCheckCharacter(organisation)}`;
  return first17 + usccCheckCharacter(first17);
}

export function personNameOf(random: SeededRandom): string {
  const given = random.chance(0.35) ? random.pickEarly(givenCharacters) : random.pickEarly(givenCharacters) + random.pick(givenCharacters);
  return random.pickEarly(surnames) + given;
}

function tradeOf(random: SeededRandom): string {
  const length = random.chance(0.6) ? 2 : random.chance(0.55) ? 3 : 4;
  let trade = '';
  while (trade.length < length) trade += random.chance(0.7) ? random.pickEarly(tradeCharacters) : random.pick(tradeCharacters);
  return trade;
}

function placeOf(random: SeededRandom): Place {
  const choice = random.below(100);
  if (choice < 50) return random.pickEarly(places.lianyungang);
  if (choice < 55) return province;
  return choice < 88 ? random.pick(places.jiangsu) : random.pick(places.country);
}

function companyParts(random: SeededRandom): NameParts {
  const place = placeOf(random);
  const bracketed = random.chance(0.06);
  const form = random.chance(0.78)
    ? '有限公司'
    : random.pick(['有限责任公司', '有限责任公司', '股份有限公司', '集团有限公司', '合伙企业（有限合伙）', '农民专业合作社']);
  const trade = random.chance(0.004) ? random.pick(['乾元', '钟鼎', '昇辉', '锺灵', '於陵']) : tradeOf(random);
  return { place, placeText: random.pickEarly(place.forms), trade, industry: random.pickEarly(industries), form, bracketed, branch: '' };
}

function shopParts(random: SeededRandom): NameParts {
  const place = random.pick(places.lianyungang);
  const trade = random.chance(0.4) ? personNameOf(random) : tradeOf(random);
  return {
    place,
    placeText: random.pickEarly(place.forms),
    trade,
    industry: random.pick(shopKinds),
    form: '',
    bracketed: false,
    branch: '',
  };
}

function addressOf(random: SeededRandom, place: Place): string {
  return `${place.full}${random.pick(streets)}${random.below(400) + 1}号${random.chance(0.5) ? `${random.below(30) + 1}幢${random.below(2000) + 101}室` : ''}`;
}

/** County for registration: the city itself registers some. */
function regionCodeOf(random: SeededRandom, place: Place | undefined): string {
  if (place === undefined || place.code === '320000') return '320706';
  return place.code === '320700' ? random.pick(['320700', '320703', '320706', '320707']) : place.code;
}

/**
 * Makes organisations one by one, no two of one registration authority with the same name. About one in twelve has a former name, one in forty is a branch
 * of the one before, one in twenty is revoked or deregistered.
 */
export function* makeOrganisations(random: SeededRandom, count: number): Generator<MadeOrganisation> {
  const used = new Set<string>();
  let parent: MadeOrganisation | undefined;
  for (let serial = 0; serial < count; serial += 1) {
    const branchOf = parent?.parts.form.endsWith('公司') === true && random.chance(0.025) ? parent : undefined;
    let parts =
      branchOf === undefined ? (random.chance(0.72) ? companyParts(random) : shopParts(random)) : branchParts(random, branchOf.parts);
    while (used.has(nameOf(parts))) parts = random.chance(0.72) ? companyParts(random) : shopParts(random);
    used.add(nameOf(parts));
    const isBranch = parts.branch !== '';
    const formerParts = !isBranch && parts.form !== '' && random.chance(0.085) ? { ...companyParts(random), form: parts.form } : undefined;
    const place = parts.place ?? province;
    const uscc = codeOf(serial, parts.form === '' ? '92' : parts.form === '农民专业合作社' ? '93' : '91');
    const status = random.chance(0.05) ? random.pick(['REVOKED', 'DEREGISTERED'] as const) : ('NORMAL' as const);
    const made: MadeOrganisation = {
      parts,
      formerParts,
      record: {
        id: `o-${serial}`,
        kind: parts.form === '' ? 'IB' : isBranch ? 'UNINC' : 'LEGAL',
        version: serial + 1,
        names: [
          { text: nameOf(parts) },
          ...(formerParts === undefined ? [] : [{ text: nameOf(formerParts), former: true, from: '2008-03-01', to: '2016-05-31' }]),
        ],
        usccCode: uscc,
        organisationCode: uscc.slice(8, 17),
        registrationNo: random.chance(0.5) ? `3207${String(serial).padStart(11, '0')}` : undefined,
        legalRepresentative: { name: personNameOf(random) },
        address: addressOf(random, place),
        regionCode: regionCodeOf(random, parts.place),
        status,
        parentId: isBranch ? branchOf?.record.id : undefined,
      },
    };
    if (!isBranch) parent = made;
    yield made;
  }
}

function branchParts(random: SeededRandom, parent: NameParts): NameParts {
  const where = random.pick(places.lianyungang.slice(1));
  return {
    ...parent,
    branch: `${random
      .pickEarly(where.forms)
      .replace('连云港市', '')
      .replace(/[区县]$/, '')}${random.pick(['分公司', '分公司', '营业部'])}`,
  };
}

/** A number in the region that does not exist. `sequence` 0–999; `year` 1900–2099. */
export function idNumberOf(random: SeededRandom, year: number, sequence: number): string {
  const month = String(random.below(12) + 1).padStart(2, '0');
  const day = String(random.below(28) + 1).padStart(2, '0');
  const first17 = `320799${year}${month}${day}${String(sequence).padStart(3, '0')}`;
  return first17 + idNumberCheckCharacter(first17);
}

/** A number of another birth date with the same region, sequence and check character: a mask of the birth date fits both. */
function twinOf(random: SeededRandom, number: string): string {
  for (;;) {
    const other = idNumberOf(random, 1945 + random.below(60), Number(number.slice(14, 17)));
    if (other.endsWith(number.slice(14)) && other !== number) return other;
  }
}

/** Makes persons one by one, about one in thirty a namesake of the one before whom the same mask fits; numbers unique; names repeat as they do in life. */
export function* makePersons(random: SeededRandom, count: number, organisations: readonly RegisterRecord[]): Generator<RegisterRecord> {
  const used = new Set<string>();
  let before: { name: string; number: string } | undefined;
  for (let serial = 0; serial < count; serial += 1) {
    const twin = before !== undefined && random.chance(0.03) ? before : undefined;
    let number = twin === undefined ? idNumberOf(random, 1945 + random.below(60), random.below(1000)) : twinOf(random, twin.number);
    while (used.has(number)) number = idNumberOf(random, 1945 + random.below(60), random.below(1000));
    used.add(number);
    const name = twin?.name ?? personNameOf(random);
    before = { name, number };
    const place = random.pick(places.lianyungang.slice(1));
    const employer = random.chance(0.5) && organisations.length > 0 ? random.pick(organisations).usccCode : undefined;
    const represents = random.chance(0.1) && organisations.length > 0 ? random.pick(organisations).usccCode : undefined;
    yield {
      id: `p-${serial}`,
      kind: 'PERSON',
      version: count + serial + 1,
      names: [
        { text: name },
        ...(random.chance(0.02) ? [{ text: personNameOf(random), former: true, from: '1990-01-01', to: '2010-12-31' }] : []),
      ],
      address: addressOf(random, place),
      regionCode: place.code,
      phoneHash: random.chance(0.5) ? `phone-${serial}` : undefined,
      person: {
        idType: 'ID_CARD',
        idNumber: number,
        employerUscc: employer,
        representsUscc: represents === undefined ? [] : [represents],
      },
    };
  }
}

/** The old form of a number, if it has one: born in the last century. */
export function oldNumberOf(number: string): string | undefined {
  if (number.slice(6, 8) !== '19') return undefined;
  const old = number.slice(0, 6) + number.slice(8, 17);
  return convertIdNumber15(old) === number ? old : undefined;
}
