import { messagingConfigSchema } from '@lianxin/messaging';
import { z } from 'zod';

/** Settings of this service: its channels. Terms are parameters (terms.ts). */
export const configSchema = messagingConfigSchema.extend({
  /** Mail server of urging, `smtp://user:password@host:port` or `smtps://…`; left out, nothing leaves the system. */
  LIANXIN_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must begin with smtp:// or smtps://')
    .optional(),
  /** Sender of mails. */
  LIANXIN_SMTP_SENDER: z.email().optional(),
  /** Domain of the SMS gateway's mail door: an SMS goes to `<number>@domain`. Left out, no SMS is sent. */
  LIANXIN_SMS_MAIL_DOMAIN: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, 'must be a domain')
    .optional(),
});
export type Config = z.infer<typeof configSchema>;

/** Channels beside the list in the application, as far as they are configured. */
export class UrgeChannels {
  readonly smtpUrl: string | undefined;
  readonly sender: string | undefined;
  readonly smsDomain: string | undefined;
  readonly configured: readonly ('MAIL' | 'SMS')[];

  /** @throws Error when a mail server has no sender, or an SMS gateway no mail server. */
  constructor(config: Config) {
    this.smtpUrl = config.LIANXIN_SMTP_URL;
    this.sender = config.LIANXIN_SMTP_SENDER;
    this.smsDomain = config.LIANXIN_SMS_MAIL_DOMAIN;
    if (this.smtpUrl !== undefined && this.sender === undefined) throw new Error('LIANXIN_SMTP_URL needs LIANXIN_SMTP_SENDER');
    if (this.smtpUrl === undefined && this.smsDomain !== undefined) throw new Error('LIANXIN_SMS_MAIL_DOMAIN needs LIANXIN_SMTP_URL');
    if (this.smtpUrl === undefined) this.configured = [];
    else this.configured = this.smsDomain === undefined ? ['MAIL'] : ['MAIL', 'SMS'];
  }
}
