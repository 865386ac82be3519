import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { releaseBuffer } from './buffer.release.ts';
import type { PersonalData } from './personal-data.ts';

/** Key of one file that is kept in pieces. It lies in the database only sealed by the keys for personal data; each piece is bound to its file and place. */
export class FileSeal {
  private constructor(
    private readonly key: Buffer,
    private readonly fileId: string,
  ) {}

  static create(personalData: PersonalData, fileId: string): { seal: FileSeal; sealedKey: string } {
    const key = randomBytes(32);
    const sealedKey = personalData.seal({ name: 'file', idType: 'KEY', idNumber: key.toString('base64') });
    return { seal: new FileSeal(key, fileId), sealedKey };
  }

  /** @throws Error when the key is unknown or was altered. */
  static open(personalData: PersonalData, fileId: string, sealedKey: string): FileSeal {
    return new FileSeal(Buffer.from(personalData.open(sealedKey).idNumber, 'base64'), fileId);
  }

  /** iv, tag, cipher text. */
  sealPiece(place: number, plain: Buffer): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    cipher.setAAD(Buffer.from(`${this.fileId}/${place}`));
    const text = cipher.update(plain);
    const last = cipher.final();
    const sealed = Buffer.concat([iv, cipher.getAuthTag(), text, last]);
    releaseBuffer(text);
    return sealed;
  }

  /** @throws Error when the piece was altered or stands in another place. */
  openPiece(place: number, sealed: Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, 12));
    decipher.setAAD(Buffer.from(`${this.fileId}/${place}`));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const text = decipher.update(sealed.subarray(28));
    const plain = Buffer.concat([text, decipher.final()]);
    releaseBuffer(text);
    return plain;
  }
}
