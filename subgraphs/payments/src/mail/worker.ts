import { assert } from '@tollgate/kernel/assert';
import { instantFromMs } from '@tollgate/kernel/time/time';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { Logger } from '@tollgate/runtime/base/log';
import { Loop, type Sentry } from '@tollgate/runtime/base/loop';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { lookFor } from '@tollgate/runtime/database/lookout';
import { whenDue } from '@tollgate/runtime/timers/due';
import { dropTimer, putOffTimer } from '@tollgate/runtime/timers/lease';
import { mails } from './aggregate.js';
import type { Delivery, Mail } from './domain/mail.js';
import { worded } from './domain/text.js';
import { claimMails, MAIL_OWNER, type ClaimedMail } from './step.js';

/** What sends a mail; it does not throw. */
export interface MailServer {
  send(message: MailMessage): Promise<Delivery>;
  /** Lets connections go. */
  close(): void;
}

/** A mail as a server takes it. The same mail has the same message id, however often it is handed over. */
export interface MailMessage {
  readonly id: string;
  readonly recipient: string;
  readonly senderName: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailerParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly server: MailServer;
  /** Where an invoice is paid; null where nobody knows the gateway's address. */
  readonly linkOf: (invoice: {
    readonly tenantId: string;
    readonly invoiceId: string;
  }) => { readonly url: string } | null;
}

/** A mail in hand, on its shard. */
interface MailInHand extends ClaimedMail {
  readonly shard: string;
}

/** Mails handed over at the same time, per process. */
const IN_FLIGHT_MAX = 4;
const BACKOFF_MS = 1_000;
/** Longer than a server may take. */
const LEASE_S = 120;
const FAULT_PAUSE_S = 30;

/**
 * Hands mails to the server, outside of any transaction: one is claimed with a lease, handed over, and the answer recorded.
 * One that was handed over and not recorded is handed over again under the same message id.
 */
export class Mailer extends Loop {
  readonly #parts: MailerParts;

  constructor(parts: MailerParts) {
    super('timers', BACKOFF_MS, [MAIL_OWNER]);
    this.#parts = parts;
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.#parts.server.close();
  }

  protected override sentry(): Sentry {
    return lookFor(this.#parts.db, whenDue(MAIL_OWNER));
  }

  protected override async round(): Promise<void> {
    let taken = 0;
    for (const shard of this.#parts.db.shards) {
      const raw = this.#parts.db.single(shard);
      const claimed = await claimMails(raw, { limit: IN_FLIGHT_MAX, leaseS: LEASE_S });
      await Promise.all(claimed.map((mail) => this.#run({ ...mail, shard })));
      taken += claimed.length;
    }
    if (taken === 0) await this.notifier.rest();
  }

  protected override failed(error: unknown): void {
    this.#parts.logger.warn({ error: messageOf(error) }, 'mails could not be read, trying again');
  }

  async #run(inHand: MailInHand): Promise<void> {
    const { tenant_id: tenant, payload } = inHand;
    const { db, logger } = this.#parts;
    try {
      const mail = await db.tenant(scopeOf(tenant), async (tx) => {
        const { state } = await mails.loadOne(tx, payload.mailId);
        return state?.status === 'queued' ? state : null;
      });
      const delivery = mail === null ? null : await this.#hand(tenant, mail);
      await this.#record(inHand, delivery);
      const outcome = delivery?.outcome ?? 'overtaken';
      logger.info({ tenant, mail: payload.mailId, kind: mail?.kind, outcome }, 'mail');
    } catch (error) {
      logger.error({ tenant, mail: payload.mailId, error: messageOf(error) }, 'mail failed');
      await putOffTimer(db.single(inHand.shard), inHand.id, FAULT_PAUSE_S);
    }
  }

  async #hand(tenant: string, mail: Mail): Promise<Delivery> {
    const { id, invoiceId, recipient, senderName, replyTo, subject, body } = mail;
    const words = worded(body, this.#parts.linkOf({ tenantId: tenant, invoiceId })?.url ?? null);
    return this.#parts.server.send({ id, recipient, senderName, replyTo, subject, ...words });
  }

  /** What the server said, and that the step is done, in one transaction. */
  async #record(inHand: MailInHand, delivery: Delivery | null): Promise<void> {
    const { db } = this.#parts;
    const placement = await db.locate(inHand.tenant_id);
    assert(placement !== null, 'a tenant with mails has a place');
    await db.shard(placement.shard, async (raw) => {
      if (delivery !== null)
        await db.asTenant(raw, { placement, scope: scopeOf(inHand.tenant_id) }, async (tx) => {
          const [loaded, at] = await Promise.all([mails.loadOne(tx, inHand.payload.mailId), tx.now()]);
          const clock = instantFromMs(Date.now());
          const decided = mails.decide(loaded, { type: 'NoteDelivery', delivery, at, clock }, at);
          assert(decided.ok, 'what a server said is noted');
          await mails.record(tx, [decided.change]);
        });
      await dropTimer(raw, inHand.id);
    });
  }
}

function scopeOf(tenantId: string): Scope {
  return { tenantId, actor: 'system', correlation: newId('evt'), cause: 'timer:mail' };
}
