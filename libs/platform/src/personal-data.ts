import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** What is sealed of a natural person. */
export interface PersonIdentity {
  readonly name: string;
  readonly idType: string;
  readonly idNumber: string;
}

/**
 * Seals and opens the identity of natural persons: AES-256-GCM with a key id, and a keyed hash for look-up (R-8-9).
 * The keys come from the configuration and never stand in the database.
 */
export class PersonalData {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly sealingKeyId: string;

  /**
   * @param keys `keyId:base64(32 bytes)`, comma separated; the first seals, all open.
   * @throws Error when a key is not 32 bytes.
   */
  constructor(
    keys: string,
    private readonly hashKey: string,
  ) {
    const parsed = keys.split(',').map((entry) => {
      const [id, value] = entry.trim().split(':');
      const key = Buffer.from(value ?? '', 'base64');
      if (id === undefined || !/^[a-z0-9-]{1,20}$/.test(id) || key.length !== 32)
        throw new Error('LIANXIN_PERSONAL_DATA_KEYS must read keyId:base64(32 bytes)[,…]');
      return [id, key] as const;
    });
    const first = parsed[0];
    if (first === undefined) throw new Error('LIANXIN_PERSONAL_DATA_KEYS is empty');
    this.keys = new Map(parsed);
    this.sealingKeyId = first[0];
  }

  /** `<keyId>.<base64url of iv, tag, cipher text>`. */
  seal(identity: PersonIdentity): string {
    return this.sealText(JSON.stringify([identity.name, identity.idType, identity.idNumber]));
  }

  /** @throws Error when the key is unknown or the text was altered. */
  open(sealed: string): PersonIdentity {
    const [name, idType, idNumber] = JSON.parse(this.openText(sealed)) as [string, string, string];
    return { name, idType, idNumber };
  }

  /** Any other text about a person, in the form of `seal`. */
  sealText(plain: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.getKey(this.sealingKeyId), iv);
    cipher.setAAD(Buffer.from(this.sealingKeyId));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return `${this.sealingKeyId}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
  }

  /** @throws Error when the key is unknown or the text was altered. */
  openText(sealed: string): string {
    const [keyId = '', body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.getKey(keyId), bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(keyId));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }

  /** Keyed hash of an identity document; equal documents give equal hashes, nothing leads back. */
  hash(idType: string, idNumber: string): string {
    return createHmac('sha256', this.hashKey).update(`${idType}\n${idNumber.toUpperCase()}`).digest('base64url');
  }

  private getKey(id: string): Buffer {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`personal data key ${id} is not configured`);
    return key;
  }
}
