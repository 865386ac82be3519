import { type Principal, principalSchema } from '@lianxin/contracts';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';

const issuer = 'lianxin-gateway';
const audience = 'lianxin-services';
/** Life of a forwarded request's token (design §2). */
export const tokenLifeSeconds = 60;
/** Clocks of gateway and service may differ by so much. */
const toleranceSeconds = 5;

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
  /** The gateway sends one token with many requests: what was verified is believed until it expires. At most about 1 MB. */
  private readonly verified = new LRUCache<string, { principal: Principal; until: number }>({ max: 1000 });

  private constructor(private readonly key: CryptoKey | Uint8Array) {}

  static async create(publicKeyJwk: string): Promise<TokenVerifier> {
    return new TokenVerifier(await importKey(publicKeyJwk));
  }

  /** The principal, or undefined when the token is missing, forged or too old. */
  async verify(token: string | undefined): Promise<Principal | undefined> {
    if (token === undefined) return undefined;
    const known = this.verified.get(token);
    if (known !== undefined && Date.now() < known.until) return known.principal;
    try {
      const { payload } = await jwtVerify(token, this.key, {
        issuer,
        audience,
        algorithms: ['EdDSA'],
        clockTolerance: toleranceSeconds,
        requiredClaims: ['exp'],
      });
      const principal = principalSchema.parse(payload['principal']);
      this.verified.set(token, { principal, until: ((payload.exp ?? 0) + toleranceSeconds) * 1000 });
      return principal;
    } catch {
      // Whatever is wrong with a token, the answer is the same: nobody is known.
      return undefined;
    }
  }
}
