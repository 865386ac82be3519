import { Buffer } from 'node:buffer';
import { type IdType, idTypeSchema, subjectKinds } from '@lianxin/contracts';
import type { Gender, RegisterName, RegisterPerson, RegisterRecord, RegisterStatus } from './types.ts';

/** Records as bytes: about a third of their JSON. Written and read by the same version of the program only; never stored on disk. */

const statuses: readonly RegisterStatus[] = ['NORMAL', 'REVOKED', 'DEREGISTERED'];
const genders: readonly Gender[] = ['MALE', 'FEMALE'];
const idTypes = idTypeSchema.options;

/** Appends values to a buffer that grows. */
class Writer {
  bytes = Buffer.alloc(1 << 12);
  length = 0;

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Whole numbers from 0 up to 2^53. */
  number(value: number): void {
    this.room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** One byte per character where all are Latin 1, else two. Undefined is 0. */
  text(value: string | undefined): void {
    if (value === undefined) {
      this.number(0);
      return;
    }
    let wide = false;
    for (let index = 0; index < value.length && !wide; index += 1) wide = value.charCodeAt(index) > 0xff;
    this.number(value.length * 2 + (wide ? 1 : 0) + 1);
    this.room(value.length * 2);
    // By hand: the texts are short, and a call into the runtime for each would cost more.
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      this.bytes[this.length++] = code & 0xff;
      if (wide) this.bytes[this.length++] = code >>> 8;
    }
  }

  /** Place in a list of words plus one; 0 for undefined. */
  word(words: readonly string[], value: string | undefined): void {
    this.number(value === undefined ? 0 : words.indexOf(value) + 1);
  }
}

class Reader {
  constructor(
    private readonly bytes: Buffer,
    public position: number,
  ) {}

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.bytes[this.position++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  text(): string | undefined {
    const head = this.number();
    if (head === 0) return undefined;
    const wide = (head - 1) % 2 === 1;
    const length = Math.floor((head - 1) / 2) * (wide ? 2 : 1);
    const start = this.position;
    this.position += length;
    return this.bytes.toString(wide ? 'utf16le' : 'latin1', start, this.position);
  }

  word<Word extends string>(words: readonly Word[]): Word | undefined {
    const place = this.number();
    return place === 0 ? undefined : words[place - 1];
  }
}

const writer = new Writer();

/** The bytes of one record; valid until the next call. */
export function encodeRecord(record: RegisterRecord): Buffer {
  writer.length = 0;
  writer.text(record.id);
  writer.word(subjectKinds, record.kind);
  writer.number(record.version);
  writer.number(record.names.length);
  for (const name of record.names) {
    writer.text(name.text);
    writer.number(name.former === true ? 1 : 0);
    writer.text(name.from);
    writer.text(name.to);
  }
  writer.text(record.usccCode);
  writer.text(record.organisationCode);
  writer.text(record.registrationNo);
  writer.text(record.taxNo);
  writer.text(record.legalRepresentative?.name);
  writer.text(record.legalRepresentative?.idHash);
  writer.text(record.address);
  writer.text(record.regionCode);
  writer.text(record.phoneHash);
  writer.word(statuses, record.status);
  writer.text(record.parentId);
  writePerson(record.person);
  return writer.bytes.subarray(0, writer.length);
}

function writePerson(person: RegisterPerson | undefined): void {
  writer.word(idTypes, person?.idType);
  if (person === undefined) return;
  writer.text(person.idNumber);
  writer.text(person.birthDate);
  writer.word(genders, person.gender);
  writer.text(person.employerUscc);
  const represents = person.representsUscc ?? [];
  writer.number(represents.length);
  for (const code of represents) writer.text(code);
}

/** The record that `encodeRecord` wrote at `position`, and where it ends. */
export function decodeRecord(bytes: Buffer, position: number): { record: RegisterRecord; end: number } {
  const reader = new Reader(bytes, position);
  const record = readRecord(reader);
  return { record, end: reader.position };
}

function readRecord(reader: Reader): RegisterRecord {
  const id = reader.text() ?? '';
  const kind = reader.word(subjectKinds) ?? 'LEGAL';
  const version = reader.number();
  const names: RegisterName[] = [];
  for (let rest = reader.number(); rest > 0; rest -= 1) {
    const text = reader.text() ?? '';
    const former = reader.number() === 1;
    names.push({ text, former: former ? true : undefined, from: reader.text(), to: reader.text() });
  }
  const usccCode = reader.text();
  const organisationCode = reader.text();
  const registrationNo = reader.text();
  const taxNo = reader.text();
  const representative = reader.text();
  const idHash = reader.text();
  return {
    id,
    kind,
    version,
    names,
    usccCode,
    organisationCode,
    registrationNo,
    taxNo,
    legalRepresentative: representative === undefined ? undefined : { name: representative, idHash },
    address: reader.text(),
    regionCode: reader.text(),
    phoneHash: reader.text(),
    status: reader.word(statuses),
    parentId: reader.text(),
    person: readPerson(reader),
  };
}

function readPerson(reader: Reader): RegisterPerson | undefined {
  const idType: IdType | undefined = reader.word(idTypes);
  if (idType === undefined) return undefined;
  const idNumber = reader.text() ?? '';
  const birthDate = reader.text();
  const gender = reader.word(genders);
  const employerUscc = reader.text();
  const representsUscc: string[] = [];
  for (let rest = reader.number(); rest > 0; rest -= 1) representsUscc.push(reader.text() ?? '');
  return { idType, idNumber, birthDate, gender, employerUscc, representsUscc };
}
