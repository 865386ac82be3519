/**
 * 32-bit hashes of texts: the keys of the index. Two texts with one hash cost a look at a wrong record, never a wrong answer: every candidate is compared
 * in full.
 */

const base = 0x01_00_01_93;
const powers: number[] = [1];
for (let index = 1; index < 64; index += 1) powers.push(Math.imul(powers[index - 1] ?? 1, base));

/** Hash of a text over its UTF-16 units; another `seed`, another hash. */
export function hashText(text: string, seed: number): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, base) + text.charCodeAt(index)) | 0;
  return finish(hash, text.length, seed);
}

/**
 * The hashes of a text of at most 60 characters without its first, second, … character, each as `hashText` gives it: two texts one edit apart share one of
 * them, or one has the other's whole hash. A character like the one before it adds nothing.
 */
export function hashDeletions(text: string, seed: number): number[] {
  const length = text.length;
  const hashes: number[] = [];
  let suffix = 0;
  for (let index = 0; index < length; index += 1) suffix = (Math.imul(suffix, base) + text.charCodeAt(index)) | 0;
  let prefix = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    const rest = length - 1 - index;
    // The hash of what stands behind this place.
    suffix = (suffix - Math.imul(code, powers[rest] ?? 0)) | 0;
    if (index === 0 || code !== text.charCodeAt(index - 1))
      hashes.push(finish((Math.imul(prefix, powers[rest] ?? 0) + suffix) | 0, length - 1, seed));
    prefix = (Math.imul(prefix, base) + code) | 0;
  }
  return hashes;
}

/** Mixes two hashes into a new one. */
export function mixHashes(a: number, b: number): number {
  return finish(a, b, 0x2f);
}

function finish(value: number, length: number, seed: number): number {
  let hash = value ^ Math.imul(length + Math.imul(seed, 0x9e_37_79_b1), 0x27_d4_eb_2f);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
