import { messagingConfigSchema } from '@lianxin/messaging';
import type { z } from 'zod';

export const configSchema = messagingConfigSchema;
export type Config = z.infer<typeof configSchema>;
