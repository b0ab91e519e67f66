import { createHash } from 'node:crypto';
import type { MailKind } from '@tollgate/contracts/tenancy/mail';
import { formatId, ID_RANDOM_BYTES } from '@tollgate/kernel/id';
import { majorText, type Money } from '@tollgate/kernel/money/money';
import { instantFromMs, toMs, UTC, type Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Addressee } from '../../copies/addressee.js';
import { mails } from '../aggregate.js';
import type { MailContent } from '../domain/mail.js';
import { filled, oneLine } from '../domain/text.js';
import { WORDS } from '../domain/words.js';

/** Something that a customer is written to about. */
export interface MailWish {
  readonly kind: MailKind;
  /** What happened: the same cause makes the same mail. */
  readonly cause: string;
  /** Null: the customer is not written to. */
  readonly addressee: Addressee | null;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly invoiceNumber: string;
  /** Of what it is about, where that is not the invoice. */
  readonly number?: string;
  readonly money: Money;
  readonly dueAt?: Instant | null;
  readonly retryAt?: Instant | null;
  readonly isPayable: boolean;
  /** When it happened, by the tenant's clock. */
  readonly at: Instant;
}

/**
 * Queues one mail for each event and recipient, in the transaction that takes the event. Where nobody is written to this does
 * nothing at all.
 */
export async function queueMails(tx: TenantTx, wishes: readonly MailWish[]): Promise<void> {
  const wanted = wishes.flatMap((wish) => contentOf(wish));
  if (wanted.length === 0) return;
  const loaded = await mails.load(
    tx,
    wanted.map(({ content }) => content.id),
  );
  const clock = instantFromMs(Date.now());
  const changes = wanted.flatMap(({ content, at }) => {
    const mail = loaded.get(content.id) ?? mails.fresh(content.id);
    const decided = mails.decide(mail, { type: 'Queue', content, at, clock }, at);
    if (!decided.ok || decided.change.events.length === 0) return [];
    loaded.set(content.id, decided.change.after);
    return [decided.change];
  });
  await mails.record(tx, changes);
}

function contentOf(wish: MailWish): { readonly content: MailContent; readonly at: Instant }[] {
  const { kind, addressee, invoiceId, customerId, at } = wish;
  if (addressee === null || !addressee.mail.kinds.includes(kind)) return [];
  const { mail, email: recipient, seller } = addressee;
  const language = addressee.language ?? mail.language;
  const own = mail.templates.find((one) => one.kind === kind && one.language === language);
  const { subject, body } = filled(own ?? WORDS[language][kind], {
    seller: mail.senderName ?? seller,
    customer: addressee.name,
    invoice: wish.invoiceNumber,
    number: wish.number ?? wish.invoiceNumber,
    amount: amountIn(language, wish.money),
    dueDate: dayIn(language, wish.dueAt ?? null, addressee),
    retryDate: dayIn(language, wish.retryAt ?? null, addressee),
    isPayable: wish.isPayable,
  });
  const senderName = oneLine(mail.senderName ?? seller);
  const of = { id: idOf(wish, recipient), kind, customerId, invoiceId, recipient, language };
  return [{ content: { ...of, senderName, replyTo: mail.replyTo, subject, body }, at }];
}

/** Of one event and one recipient always the same. */
function idOf({ kind, cause, at }: MailWish, recipient: string): string {
  const random = createHash('sha256')
    .update(JSON.stringify([kind, cause, recipient]))
    .digest();
  return formatId('mal', { timeMs: toMs(at), random: random.subarray(0, ID_RANDOM_BYTES) });
}

function amountIn(language: string, money: Money): string {
  const { currency } = money;
  // A text keeps every digit; a number would not.
  return new Intl.NumberFormat(language, { style: 'currency', currency }).format(
    majorText(money) as Intl.StringNumericLiteral,
  );
}

function dayIn(
  language: string,
  at: Instant | null,
  { timeZone }: Pick<Addressee, 'timeZone'>,
): string | null {
  if (at === null) return null;
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: timeZone ?? UTC });
  return format.format(toMs(at));
}
