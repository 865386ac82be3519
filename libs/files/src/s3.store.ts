import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from './object.store.ts';

const settings = { connectionTimeoutMs: 3_000, requestTimeoutMs: 30_000, attempts: 3 };
/** Before the names of all objects: a bucket may hold other things. */
const prefix = 'evidence';

/** Where a store is and who asks there: `https://key:secret@host:port/bucket?region=…`. */
export interface S3Place {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** @throws Error that names what is missing, without the secret. */
export function s3PlaceOf(address: string): S3Place {
  const url = new URL(address);
  const [bucket = '', ...deeper] = url.pathname.split('/').filter((part) => part !== '');
  const missing = [
    ...(url.username === '' ? ['access key'] : []),
    ...(url.password === '' ? ['secret'] : []),
    ...(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && deeper.length === 0 ? [] : ['bucket']),
  ];
  if (missing.length > 0) throw new Error(`LIANXIN_OBJECT_STORE_URL has no ${missing.join(', ')}: https://key:secret@host:port/bucket`);
  return {
    endpoint: url.origin,
    bucket,
    region: url.searchParams.get('region') ?? 'us-east-1',
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  };
}

/** A store that speaks S3; the bucket is there already, its encryption and its versions are its keeper's. The client is loaded when it is needed first. */
export class S3Store implements ObjectStore {
  private client: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); s3: S3Client }> | undefined;

  constructor(private readonly place: S3Place) {}

  async keep(id: string, localPath: string, sizeBytes: number): Promise<void> {
    const { sdk, s3 } = await this.connect();
    const body = createReadStream(localPath);
    try {
      await s3.send(new sdk.PutObjectCommand({ ...this.nameOf(id), Body: body, ContentLength: sizeBytes }));
    } finally {
      body.destroy();
    }
  }

  async read(id: string): Promise<Readable> {
    const { sdk, s3 } = await this.connect();
    const { Body } = await s3.send(new sdk.GetObjectCommand(this.nameOf(id)));
    if (!(Body instanceof Readable)) throw new Error(`the object store gave no content for ${id}`);
    return Body;
  }

  async remove(id: string): Promise<void> {
    const { sdk, s3 } = await this.connect();
    await s3.send(new sdk.DeleteObjectCommand(this.nameOf(id)));
  }

  private nameOf(id: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: `${prefix}/${id.slice(-2)}/${id}` };
  }

  private connect() {
    this.client ??= import('@aws-sdk/client-s3').then((sdk) => {
      const { endpoint, region, accessKeyId, secretAccessKey } = this.place;
      const s3 = new sdk.S3Client({
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        // Stores of one's own have no name of their own for each bucket.
        forcePathStyle: true,
        maxAttempts: settings.attempts,
        requestHandler: { connectionTimeout: settings.connectionTimeoutMs, requestTimeout: settings.requestTimeoutMs },
        // Trailing checksums are not understood by every store; the row's SHA-256 and the length stand in any case.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        // What fails is thrown and told by whoever asked; the client would write to the console besides.
        logger: { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      });
      return { sdk, s3 };
    });
    return this.client;
  }
}
