import type { Expectation, LabelledPair, OrganisationQuery, RegisterRecord } from '@lianxin/matching';
import type { SeededRandom } from './matching-random.ts';
import { codeOf, type MadeOrganisation, makeOrganisations, type NameParts, nameOf } from './matching-register.ts';
import {
  toFullWidth,
  toPinyin,
  toTraditional,
  toWrittenVariant,
  withAllHomophones,
  withDeletion,
  withHomophone,
  withInsertion,
  withLookAlike,
  withSubstitution,
  withTransposition,
} from './matching-variants.ts';
import { industries } from './matching-words.ts';

type Labelled = Omit<LabelledPair, 'kind'>;

export interface World {
  readonly random: SeededRandom;
  /** A made-up organisation that the register does not hold; never the same twice. */
  readonly stranger: () => MadeOrganisation;
  readonly anyOrganisation: () => MadeOrganisation;
  /** Whether a name stands in the register. */
  readonly isTaken: (name: string) => boolean;
}

type Kind = (made: MadeOrganisation, world: World) => Labelled | undefined;

/** Asks with a name and, mostly, with something else that lists give: legal representative, address or region. */
function ask(made: MadeOrganisation, name: string, { random }: World, more: Partial<OrganisationQuery> = {}): OrganisationQuery {
  const { record } = made;
  const choice = random.below(100);
  return {
    schema: 'Organization',
    names: [name],
    ...(choice < 40
      ? {}
      : choice < 62
        ? { legalRepresentative: record.legalRepresentative }
        : choice < 80
          ? { address: record.address }
          : { regionCode: record.regionCode }),
    ...more,
  };
}

const withCode = (made: MadeOrganisation, name: string, more: Partial<OrganisationQuery> = {}): OrganisationQuery => ({
  schema: 'Organization',
  names: [name],
  usccCode: made.record.usccCode,
  ...more,
});

/** A kind that changes the name as a whole. */
function respelt(change: (name: string, world: World, made: MadeOrganisation) => string | undefined): Kind {
  return (made, world) => {
    const name = nameOf(made.parts);
    const changed = change(name, world, made);
    if (changed === undefined || changed === name || world.isTaken(changed)) return undefined;
    return { query: ask(made, changed, world), target: made.record.id, expect: 'REVIEW' };
  };
}

/** A kind that puts the name together from other parts. */
function reworded(change: (parts: NameParts, world: World) => NameParts | undefined): Kind {
  return respelt((_, world, made) => {
    const parts = change(made.parts, world);
    return parts === undefined ? undefined : nameOf(parts);
  });
}

/** The same with the code, where the spelling must not hinder. */
function exact(change: (name: string, world: World, made: MadeOrganisation) => string | undefined): Kind {
  return (made, world) => {
    const changed = change(nameOf(made.parts), world, made);
    return changed === undefined ? undefined : { query: withCode(made, changed), target: made.record.id, expect: 'EXACT' };
  };
}

const otherForms: Readonly<Record<string, string>> = { 有限公司: '有限责任公司', 有限责任公司: '有限公司' };
const swapLimited = (parts: NameParts) => {
  const form = otherForms[parts.form];
  return form === undefined ? undefined : { ...parts, form };
};

const brackets = ['()', '〔〕', '［］', '【】', '<>', '《》'];
const otherBrackets = (name: string, { random }: World) => {
  const pair = random.pick(brackets);
  return name.includes('（') ? name.replaceAll('（', pair.charAt(0)).replaceAll('）', pair.charAt(1)) : undefined;
};

/** Zero-width and wide spaces between the characters. */
const withSpaces = (name: string, { random }: World) =>
  Array.from(name, (character) =>
    random.chance(0.25) ? `${character}${random.pick([' ', '　', '\u200B', '\t', '\uFEFF'])}` : character,
  ).join('');

const remarks = ['（已注销）', '(吊销)', '（吊销，未注销）', '【注销】'];

const fullPlace = ({ place, ...rest }: NameParts): NameParts | undefined =>
  place === undefined || place.full === rest.placeText ? undefined : { ...rest, place, placeText: place.full };

const numeralsOf = new Map([...'一二三四五六七八九'].map((character, index) => [character, String(index + 1)]));

function typed(change: (random: SeededRandom, text: string) => string | undefined): Kind {
  return respelt((name, { random }, made) => {
    // The part that carries the name: 字号 and 行业.
    const body = made.parts.trade + made.parts.industry;
    if (made.parts.bracketed || body.length < 4) return undefined;
    const changed = change(random, body);
    return changed === undefined ? undefined : name.replace(body, changed);
  });
}

const typedAnywhere = (change: (random: SeededRandom, text: string) => string | undefined): Kind =>
  respelt((name, { random }) => change(random, name));

const former = (made: MadeOrganisation, date: string, more: Partial<OrganisationQuery>, expect: Expectation): Labelled | undefined =>
  made.formerParts === undefined
    ? undefined
    : { query: { schema: 'Organization', names: [nameOf(made.formerParts)], decisionDate: date, ...more }, target: made.record.id, expect };

/** All kinds of §11.1 and §11.3; the name of a kind goes into the figures. */
export const organisationKinds: Readonly<Record<string, Kind>> = {
  'code and name equal': exact((name) => name),
  'code, full-width characters': exact((name) => toFullWidth(name)),
  'code, spaces and invisible characters': exact(withSpaces),
  'code, traditional characters': exact((name) => (toTraditional(name) === name ? undefined : toTraditional(name))),
  'code, other written forms (峯, 邨, 甦)': exact((name) => (toWrittenVariant(name) === name ? undefined : toWrittenVariant(name))),
  'code, other brackets': exact(otherBrackets),
  'code, 有限责任公司 for 有限公司': exact((_, __, { parts }) => {
    const swapped = swapLimited(parts);
    return swapped === undefined ? undefined : nameOf(swapped);
  }),
  'code, region written out': exact((_, __, { parts }) => {
    const full = fullPlace(parts);
    return full === undefined || parts.bracketed ? undefined : nameOf(full);
  }),
  'code, remark behind the name': exact((name, { random }) => name + random.pick(remarks)),
  'code, former name in its time': (made) => former(made, '2012-06-30', { usccCode: made.record.usccCode }, 'EXACT'),
  'code, former name said to be one': (made) =>
    former(made, '2020-01-01', { usccCode: made.record.usccCode, saysFormerName: true }, 'EXACT'),
  'code, former name out of its time': (made) => former(made, '2020-01-01', { usccCode: made.record.usccCode }, 'REVIEW'),
  'code, another name (C1)': (made, world) => {
    const other = world.random.chance(0.5) ? world.anyOrganisation() : world.stranger();
    return other.record.id === made.record.id
      ? undefined
      : { query: withCode(made, nameOf(other.parts)), target: made.record.id, expect: 'REVIEW' };
  },
  'code, one character of the name wrong (C1)': (made, { random, isTaken }) => {
    const name = withSubstitution(random, nameOf(made.parts));
    return isTaken(name) ? undefined : { query: withCode(made, name), target: made.record.id, expect: 'REVIEW' };
  },
  'code, 股份有限公司 for 有限公司 (C1)': (made) =>
    made.parts.form === '有限公司'
      ? { query: withCode(made, nameOf({ ...made.parts, form: '股份有限公司' })), target: made.record.id, expect: 'REVIEW' }
      : undefined,
  'code of the parent, name of a branch (C1)': (made, { random }) =>
    made.parts.branch === '' && made.parts.form.endsWith('公司')
      ? {
          query: withCode(made, `${nameOf(made.parts)}${random.pick(['第一分公司', '东海分公司'])}`),
          target: made.record.id,
          expect: 'REVIEW',
        }
      : undefined,
  'code with a wrong check character': (made, { random }) => {
    const code = made.record.usccCode ?? '';
    const wrong =
      code.slice(0, 17) + random.pick([...'0123456789ABCDEFGHJKLMNPQRTUWXY'].filter((character) => character !== code.charAt(17)));
    return { query: withCode(made, nameOf(made.parts), { usccCode: wrong }), target: made.record.id, expect: 'REVIEW' };
  },
  'code with two characters swapped': (made, { random }) => {
    const code = withTransposition(random, made.record.usccCode ?? '', 8, 17);
    return code === undefined
      ? undefined
      : { query: withCode(made, nameOf(made.parts), { usccCode: code }), target: made.record.id, expect: 'REVIEW' };
  },
  'organisation code only (XXXXXXXX-X)': (made, world) => {
    const code = made.record.organisationCode ?? '';
    return {
      query: ask(made, nameOf(made.parts), world, { organisationCode: `${code.slice(0, 8)}-${code.slice(8)}` }),
      target: made.record.id,
      expect: 'REVIEW',
    };
  },
  'registration number of 15 digits': (made, world) =>
    made.record.registrationNo === undefined
      ? undefined
      : {
          query: ask(made, nameOf(made.parts), world, { registrationNo: made.record.registrationNo }),
          target: made.record.id,
          expect: 'REVIEW',
        },
  'tax number that is the code': (made, world) => ({
    query: ask(made, nameOf(made.parts), world, { taxNo: made.record.usccCode }),
    target: made.record.id,
    expect: 'REVIEW',
  }),
  'organisation code, another name': (made, world) => ({
    query: { schema: 'Organization', names: [nameOf(world.stranger().parts)], organisationCode: made.record.organisationCode },
    target: made.record.id,
    expect: 'REVIEW',
  }),

  'name equal': (made, world) => ({ query: ask(made, nameOf(made.parts), world), target: made.record.id, expect: 'REVIEW' }),
  'name, full-width characters and spaces': respelt((name, world) => withSpaces(toFullWidth(name), world)),
  'name, traditional characters': respelt((name) => toTraditional(name)),
  'name, other written forms (峯, 邨, 甦)': respelt((name) => toWrittenVariant(name)),
  'name, other brackets': respelt(otherBrackets),
  'name, 有限责任公司 for 有限公司': reworded(swapLimited),
  'name, 股份有限公司 for 有限公司': reworded((parts) => (parts.form === '有限公司' ? { ...parts, form: '股份有限公司' } : undefined)),
  'name, region written out': reworded(fullPlace),
  'name, region in brackets': reworded((parts) =>
    parts.bracketed || parts.form === '' || parts.placeText === '' ? undefined : { ...parts, bracketed: true },
  ),
  'name, region left out': reworded((parts) => ({ ...parts, placeText: '', bracketed: false })),
  'name, remark behind': respelt((name, { random }) => name + random.pick(remarks)),
  'name, numerals as digits': respelt((name) => Array.from(name, (character) => numeralsOf.get(character) ?? character).join('')),
  'name, 钟 for 鍾, 干 for 乾, 升 for 昇': respelt((name) =>
    name.replace('乾', '干').replace('锺', '钟').replace('昇', '升').replace('於', '于'),
  ),
  'name, form left out': reworded((parts) => (parts.form === '' ? undefined : { ...parts, form: '' })),
  'name, region and form left out': reworded((parts) =>
    parts.form === '' ? undefined : { ...parts, form: '', placeText: '', bracketed: false },
  ),
  'name, industry left out': reworded((parts) =>
    parts.form.endsWith('公司') && parts.branch === '' ? { ...parts, industry: '' } : undefined,
  ),
  'name, form before the rest': reworded((parts) =>
    parts.form === '' || parts.branch !== ''
      ? undefined
      : { ...parts, placeText: parts.form + parts.placeText, form: '', bracketed: false },
  ),
  'name, 行业 before 字号': reworded((parts) => (parts.bracketed ? undefined : { ...parts, trade: parts.industry, industry: parts.trade })),
  'name, region behind 字号 without brackets': reworded((parts) =>
    parts.bracketed || parts.placeText.length < 3 ? undefined : { ...parts, trade: parts.trade + parts.placeText, placeText: '' },
  ),
  'typing error: another character': typed((random, body) => withSubstitution(random, body)),
  'typing error: one character too many': typed((random, body) => withInsertion(random, body)),
  'typing error: one character missing': typed((random, body) => withDeletion(random, body)),
  'typing error: two characters swapped': typed((random, body) => withTransposition(random, body)),
  'typing error anywhere in the name': typedAnywhere((random, name) => withSubstitution(random, name)),
  'look-alike character': typedAnywhere((random, name) => withLookAlike(random, name)),
  'homophone, one character': typedAnywhere((random, name) => withHomophone(random, name)),
  'homophones, the whole 字号': typed((random, body) => {
    const trade = body.slice(0, 2);
    const changed = withAllHomophones(random, trade);
    return changed === undefined ? undefined : changed + body.slice(2);
  }),
  '字号 in pinyin': reworded((parts) => {
    const letters = toPinyin(parts.trade);
    return letters === undefined ? undefined : { ...parts, trade: letters };
  }),
  'character the source could not write (?)': typed((random, body) => {
    const place = random.below(body.length);
    return `${body.slice(0, place)}?${body.slice(place + 1)}`;
  }),
  'former name in its time': (made) => former(made, '2012-06-30', {}, 'REVIEW'),
  'former name said to be one': (made) => former(made, '2020-01-01', { saysFormerName: true }, 'REVIEW'),
  'former name in a remark': (made) =>
    made.formerParts === undefined
      ? undefined
      : {
          query: {
            schema: 'Organization',
            names: [`${nameOf(made.parts)}（曾用名：${nameOf(made.formerParts)}）`],
            decisionDate: '2020-01-01',
          },
          target: made.record.id,
          expect: 'REVIEW',
        },
  'former name misspelt, in its time': (made, { random }) => {
    if (made.formerParts === undefined || made.formerParts.bracketed) return undefined;
    const body = made.formerParts.trade + made.formerParts.industry;
    if (body.length < 4) return undefined;
    const name = nameOf(made.formerParts).replace(body, withSubstitution(random, body));
    return { query: { schema: 'Organization', names: [name], decisionDate: '2012-06-30' }, target: made.record.id, expect: 'REVIEW' };
  },
  'branch under its own name': (made, world) =>
    made.parts.branch === '' ? undefined : { query: ask(made, nameOf(made.parts), world), target: made.record.id, expect: 'REVIEW' },
};

/** Pairs that mean somebody else or nobody: nothing may be exact, and mostly nothing may be shown at all. */
export const strangerKinds: Readonly<Record<string, Kind>> = {
  'former name out of its time': (made) => former(made, '2020-01-01', {}, 'NOTHING'),
  'parent, asked with the name of an unknown branch': (made, { random }) =>
    made.parts.branch === '' && made.parts.form.endsWith('公司')
      ? {
          query: { schema: 'Organization', names: [`${nameOf(made.parts)}${random.pick(['第七分公司', '昌圩湖分公司'])}`] },
          target: made.record.id,
          expect: 'NOTHING',
        }
      : undefined,
  'branch, asked with the name of its parent': (made) =>
    made.parts.branch === ''
      ? undefined
      : { query: { schema: 'Organization', names: [nameOf({ ...made.parts, branch: '' })] }, target: made.record.id, expect: 'NOTHING' },
  'name equal, another valid code': (made, { random }) => ({
    query: withCode(made, nameOf(made.parts), { usccCode: codeOf(700_000_000 + random.below(100_000_000), '91') }),
    target: made.record.id,
    expect: 'NOTHING',
  }),
  'unknown organisation': (_, world) => ({
    query: { schema: 'Organization', names: [nameOf(world.stranger().parts)] },
    expect: 'NOT_EXACT',
  }),
  'unknown organisation with its code': (_, world) => {
    const stranger = world.stranger();
    return {
      query: {
        schema: 'Organization',
        names: [nameOf(stranger.parts)],
        usccCode: codeOf(700_000_000 + world.random.below(100_000_000), '91'),
      },
      expect: 'NOTHING',
    };
  },
  'same 字号, another industry': (made, world) => {
    const parts = { ...made.parts, industry: world.random.pick(industries) };
    if (made.parts.form === '' || world.isTaken(nameOf(parts)) || parts.industry.slice(0, 2) === made.parts.industry.slice(0, 2))
      return undefined;
    return { query: { schema: 'Organization', names: [nameOf(parts)] }, target: made.record.id, expect: 'NOT_EXACT' };
  },
  'same name, another region': (made, world) => {
    const other = world.anyOrganisation().parts;
    const parts = { ...made.parts, place: other.place, placeText: other.placeText };
    if (made.parts.branch !== '' || other.place?.code.slice(0, 4) === made.parts.place?.code.slice(0, 4) || other.place?.code === '320000')
      return undefined;
    if (made.parts.place?.code === '320000' || world.isTaken(nameOf(parts))) return undefined;
    return { query: { schema: 'Organization', names: [nameOf(parts)] }, target: made.record.id, expect: 'NOTHING' };
  },
  'another company with a near name': (made, world) => {
    if (made.parts.form === '') return undefined;
    const parts = { ...made.parts, trade: withSubstitution(world.random, made.parts.trade) };
    if (world.isTaken(nameOf(parts))) return undefined;
    return { query: { schema: 'Organization', names: [nameOf(parts)] }, target: made.record.id, expect: 'NOT_EXACT' };
  },
};

/** A world around a register: strangers come from another seed, and never bear a name of the register. */
export function worldOf(random: SeededRandom, strangers: SeededRandom, organisations: readonly MadeOrganisation[]): World {
  const taken = new Set(organisations.flatMap(({ record }) => record.names.map(({ text }: RegisterRecord['names'][number]) => text)));
  const generator = makeOrganisations(strangers, Number.MAX_SAFE_INTEGER);
  return {
    random,
    anyOrganisation: () => random.pick(organisations),
    isTaken: (name) => taken.has(name),
    stranger: () => {
      for (;;) {
        const made = generator.next().value as MadeOrganisation;
        if (!taken.has(nameOf(made.parts)) && made.parts.branch === '') return made;
      }
    },
  };
}

/** So many pairs of every kind. */
export function* makeOrganisationPairs(world: World, perKind: number): Generator<LabelledPair> {
  for (const [kind, make] of Object.entries({ ...organisationKinds, ...strangerKinds })) {
    let made = 0;
    for (let tries = 0; made < perKind && tries < perKind * 400; tries += 1) {
      const pair = make(world.anyOrganisation(), world);
      if (pair === undefined) continue;
      made += 1;
      yield { kind, ...pair };
    }
  }
}
