import { type Principal, principalSchema } from '@lianxin/contracts';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';

const issuer = 'lianxin-gateway';
const audience = 'lianxin-services';
/** Life of a forwarded request's token (design §2). */
export const tokenLifeSeconds = 60;

/** Ed25519 pair as JWK texts: the private one for the gateway alone, the public one for every service. */
export async function generateTokenKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { privateKey: JSON.stringify(await exportJWK(pair.privateKey)), publicKey: JSON.stringify(await exportJWK(pair.publicKey)) };
}

async function importKey(jwk: string): Promise<CryptoKey | Uint8Array> {
  return importJWK(JSON.parse(jwk) as JWK, 'EdDSA');
}

/** Signs who asks; only the gateway can. */
export class TokenSigner {
  private constructor(private readonly key: CryptoKey | Uint8Array) {}

  static async create(privateKeyJwk: string): Promise<TokenSigner> {
    return new TokenSigner(await importKey(privateKeyJwk));
  }

  sign(principal: Principal): Promise<string> {
    return new SignJWT({ principal })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${tokenLifeSeconds}s`)
      .sign(this.key);
  }
}

/** Verifies the gateway's token; the services believe nothing else. */
export class TokenVerifier {
  private constructor(private readonly key: CryptoKey | Uint8Array) {}

  static async create(publicKeyJwk: string): Promise<TokenVerifier> {
    return new TokenVerifier(await importKey(publicKeyJwk));
  }

  /** The principal, or undefined when the token is missing, forged or too old. */
  async verify(token: string | undefined): Promise<Principal | undefined> {
    if (token === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token, this.key, { issuer, audience, algorithms: ['EdDSA'], clockTolerance: 5 });
      return principalSchema.parse(payload['principal']);
    } catch {
      // Whatever is wrong with a token, the answer is the same: nobody is known.
      return undefined;
    }
  }
}
