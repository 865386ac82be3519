import { departmentCodeSchema, idSchema, roleSchema } from '@lianxin/contracts';
import { z } from 'zod';

/** Body of `POST /api/v1/api-clients`. */
export const clientRequestSchema = z
  .object({
    name: z.string().trim().min(1).max(200),
    roles: z.array(roleSchema).min(1).max(10),
    departments: z.array(departmentCodeSchema).max(20).default([]),
    /**
     * SHA-256 (hexadecimal) of a key that the client made itself, `lx_live_` or `lx_test_` and 32 random bytes in base64url: then the key never
     * travels. Without it the gateway makes one and shows it once.
     */
    keySha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  })
  .meta({ id: 'ApiClientRequest' });
export type ClientRequest = z.infer<typeof clientRequestSchema>;

const clientFields = {
  id: idSchema,
  name: z.string(),
  roles: z.array(roleSchema),
  departments: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
};
export const clientViewSchema = z.object(clientFields).meta({ id: 'ApiClient' });
export type ClientView = z.infer<typeof clientViewSchema>;

/** The answer to a registration: `key` only in the first answer, and only when the gateway made it. */
export const clientRegisteredSchema = z.object({ ...clientFields, key: z.string().nullable() }).meta({ id: 'ApiClientRegistered' });
export type ClientRegistered = z.infer<typeof clientRegisteredSchema>;
