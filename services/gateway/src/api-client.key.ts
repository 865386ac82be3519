import { createHash, randomBytes } from 'node:crypto';

/** A key of ours: kind, then 256 random bits in base64url. */
const keyPattern = /^lx_(?:live|test)_[A-Za-z0-9_-]{43}$/;

/** A new key; `lx_test_` in demo mode, `lx_live_` otherwise (product §B.5). It is shown once and kept nowhere. */
export function generateKey(demo: boolean): string {
  return `lx_${demo ? 'test' : 'live'}_${randomBytes(32).toString('base64url')}`;
}

export function isKey(text: string): boolean {
  return keyPattern.test(text);
}

/** SHA-256 by which a key is found; plain, because 256 random bits cannot be guessed from it. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
