/** Types of evidence (§4.6), told by their content: a name or a header proves nothing. */
export const evidenceTypes = {
  pdf: 'application/pdf',
  jpg: 'image/jpeg',
  png: 'image/png',
  ofd: 'application/ofd',
} as const;
export type EvidenceType = keyof typeof evidenceTypes;

/** At most this many bytes in one file (§4.6). */
export const maxFileBytes = 20 * 1024 * 1024;

const signatures: readonly { type: EvidenceType | 'zip'; bytes: Buffer }[] = [
  { type: 'pdf', bytes: Buffer.from('%PDF-', 'latin1') },
  { type: 'jpg', bytes: Buffer.from([0xff, 0xd8, 0xff]) },
  { type: 'png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { type: 'zip', bytes: Buffer.from([0x50, 0x4b, 0x03, 0x04]) },
];
/** As many bytes of the beginning as the longest signature needs. */
export const signatureBytes = 8;

/** Type by the first bytes. `zip` may be an OFD: its directory tells. */
export function typeOfHead(head: Buffer): EvidenceType | 'zip' | undefined {
  return signatures.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))?.type;
}

const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const entrySignature = 0x02014b50;
const endBytes = 22;
/** The end record of a zip file lies within this many bytes of the end. */
export const zipTailBytes = endBytes + 0xffff;

/** Where the directory of a zip file lies, from its last bytes; undefined when they are no end of a zip file. */
export function findZipDirectory(tail: Buffer, fileBytes: number): { offset: number; size: number } | undefined {
  const at = tail.lastIndexOf(endSignature);
  if (at < 0 || tail.length - at < endBytes) return undefined;
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  return offset + size <= fileBytes ? { offset, size } : undefined;
}

/** Names of the entries in a zip file's directory; stops at the first byte that is none. */
export function zipEntryNames(directory: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
    const nameBytes = directory.readUInt16LE(at + 28);
    names.push(directory.toString('utf8', at + 46, at + 46 + nameBytes));
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return names;
}

/** A zip file is an OFD (GB/T 33190) when OFD.xml stands at its root. */
export function isOfd(entryNames: readonly string[]): boolean {
  return entryNames.includes('OFD.xml');
}

/** A file name as it may be kept and shown: its last part, without control characters, at most 200 characters. */
export function plainFileName(name: string | undefined, fallback: string): string {
  const last = (name ?? '').split(/[\\/]/u).at(-1) ?? '';
  const plain = last
    .replace(/[\p{Cc}\p{Cf}"]/gu, '')
    .trim()
    .slice(0, 200);
  return plain === '' || plain === '.' || plain === '..' ? fallback : plain;
}
