import { mock } from 'node:test';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { principalSchema } from '@lianxin/contracts';
import { generateTokenKeys, TokenSigner, TokenVerifier, tokenLifeSeconds } from './tokens.ts';

const principal = principalSchema.parse({
  id: 'RSJ',
  kind: 'API_CLIENT',
  roles: ['DEPT_HANDLER'],
  departments: ['RSJ'],
  displayName: '人社局',
});
let signer: TokenSigner;
let verifier: TokenVerifier;
beforeAll(async () => {
  const keys = await generateTokenKeys();
  signer = await TokenSigner.create(keys.privateKey);
  verifier = await TokenVerifier.create(keys.publicKey);
});

describe('the token of a forwarded request', () => {
  test('tells who asks, as often as it comes', async () => {
    const token = await signer.sign(principal);
    for (let times = 0; times < 3; times++) expect(await verifier.verify(token)).toEqual(principal);
  });

  test('that was altered, or signed by somebody else, tells nobody, also when the right one is known', async () => {
    const token = await signer.sign(principal);
    expect(await verifier.verify(token)).toEqual(principal);
    const [head = '', , signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ principal: { ...principal, roles: ['CREDIT_OFFICE'] }, exp: 4102444800 })).toString(
      'base64url',
    );
    expect(await verifier.verify(`${head}.${forged}.${signature}`)).toBeUndefined();
    const stranger = await TokenSigner.create((await generateTokenKeys()).privateKey);
    expect(await verifier.verify(await stranger.sign(principal))).toBeUndefined();
    expect(await verifier.verify(undefined)).toBeUndefined();
  });

  test('is believed no longer than it lives, however often it was seen before', async () => {
    mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval'], now: Date.now() });
    try {
      const token = await signer.sign(principal);
      expect(await verifier.verify(token)).toEqual(principal);
      mock.timers.tick((tokenLifeSeconds + 4) * 1000);
      expect(await verifier.verify(token)).toEqual(principal);
      mock.timers.tick(2000);
      expect(await verifier.verify(token)).toBeUndefined();
    } finally {
      mock.timers.reset();
    }
  });
});
