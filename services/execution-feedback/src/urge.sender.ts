import { urgeDelivered } from '@lianxin/contracts';
import { Loop, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, Database, faultMessage, PersonalData, ServiceContext } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { UrgeChannels } from './config.ts';
import { UrgeTimes } from './terms.ts';
import { isUrgingTime } from './urge.rules.ts';
import { urgeText, urgeTitles } from './urge.text.ts';
import { type DueDelivery, UrgeDeliveryStore } from './urge-delivery.store.ts';

const idleMs = 2_000;
const perTurn = 20;
/** Longer than a turn can take: until it is over nobody else takes what was taken. */
const leaseMs = 10 * 60_000;
const smtpTimeoutMs = 20_000;
const maxAttempts = 8;

/** Sends messages by mail, and by SMS over the mail door of the SMS gateway: outside of transactions, within the hours, a bounded number of times. */
@Injectable()
export class UrgeSender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: Loop;
  private readonly transport: Transporter | undefined;

  constructor(
    private readonly database: Database,
    private readonly store: UrgeDeliveryStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly channels: UrgeChannels,
    private readonly times: UrgeTimes,
    private readonly personalData: PersonalData,
    private readonly context: ServiceContext,
  ) {
    this.transport =
      channels.smtpUrl === undefined
        ? undefined
        : createTransport({
            url: channels.smtpUrl,
            connectionTimeout: smtpTimeoutMs,
            greetingTimeout: smtpTimeoutMs,
            socketTimeout: smtpTimeoutMs,
          });
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => context.logger.warn({ err: error }, 'mails will be tried again'),
    });
  }

  onApplicationBootstrap(): void {
    if (this.transport !== undefined) this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    this.transport?.close();
  }

  private async turn(): Promise<boolean> {
    const now = this.clock.now();
    if (!isUrgingTime(now, this.clock.calendar(), this.times.on())) return false;
    const lease = new Date(now.getTime() + leaseMs);
    const due = await this.database.consumerTransaction((tx) => this.store.take(tx, now, lease, perTurn));
    for (const delivery of due) await this.deliver(delivery);
    return due.length > 0;
  }

  private async deliver(delivery: DueDelivery): Promise<void> {
    const fault = await this.trySend(delivery);
    if (fault === undefined) return this.end(delivery, 'SENT', null);
    if (delivery.attempts >= maxAttempts) return this.end(delivery, 'FAILED', fault);
    // 1, 2, 4 … minutes.
    const nextAt = new Date(this.clock.now().getTime() + 60_000 * 2 ** (delivery.attempts - 1));
    this.context.logger.warn({ delivery: delivery.id, attempts: delivery.attempts, fault }, 'a mail was not taken');
    await this.database.consumerTransaction((tx) => this.store.putOff(tx, delivery.id, nextAt, fault));
  }

  /** Undefined when the server took it. The id of the mail stays over all attempts, so that one that was sent twice by a crash is known as the same. */
  private async trySend(delivery: DueDelivery): Promise<string | undefined> {
    try {
      const address = this.personalData.openText(delivery.address_sealed);
      await this.transport?.sendMail({
        from: this.channels.sender,
        to: delivery.channel === 'SMS' ? `${address}@${this.channels.smsDomain}` : address,
        messageId: `<${delivery.id}@lianxin>`,
        subject: `【联信】${urgeTitles[delivery.level]}${delivery.letter_number === null ? '' : ` ${delivery.letter_number}`}`,
        text: textOf(delivery),
      });
      return undefined;
    } catch (error) {
      return withoutAddress(faultMessage(error));
    }
  }

  private async end(delivery: DueDelivery, outcome: 'SENT' | 'FAILED', fault: string | null): Promise<void> {
    const at = this.clock.now();
    await this.database.consumerTransaction(async (tx) => {
      if (!(await this.store.end(tx, delivery.id, outcome, at, fault))) return;
      const { message_id: messageId, level, department_code: departmentCode, urged_on: urgedOn, channel, receiver, attempts } = delivery;
      const data = { messageId, level, departmentCode, urgedOn, channel, receiver, outcome, attempts, at: at.toISOString() };
      await this.outbox.publish(tx, [newEvent({ definition: urgeDelivered, key: messageId, time: at, data })]);
    });
  }
}

/** What leaves the house names no subject and no person: a department, how many tasks, and where to look. */
function textOf(delivery: DueDelivery): string {
  const { level, department_code: departmentCode, urged_on: urgedOn, task_count: taskCount, period } = delivery;
  return `${urgeText({ level, departmentCode, urgedOn, taskCount, period })}请登录联信查看并办理。`;
}

/** Servers like to repeat the address in their answer. */
function withoutAddress(fault: string): string {
  return fault.replace(/[^\s<>]+@[^\s<>]+/g, '<…>').slice(0, 500);
}
