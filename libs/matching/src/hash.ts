/**
 * A 32-bit hash of a text with a seed, over its UTF-16 units: the keys of the index. Two texts with one hash cost a look at a wrong record, never a wrong
 * answer: every candidate is compared in full.
 */
export function hashText(text: string, seed: number): number {
  let hash = seed | 0;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  return finish(hash ^ text.length);
}

/** The hashes of a text without its first, second, … character: two texts one edit apart share one of them, or one has the other’s whole hash. */
export function hashDeletions(text: string, seed: number): number[] {
  const hashes: number[] = [];
  for (let index = 0; index < text.length; index += 1) hashes.push(hashText(text.slice(0, index) + text.slice(index + 1), seed));
  return hashes;
}

/** Mixes two hashes into a new one. */
export function mixHashes(a: number, b: number): number {
  return finish(Math.imul(a, 0x85_eb_ca_6b) ^ b);
}

function finish(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
