import type { TimelineFact } from '@tollgate/contracts/timeline';
import { clientError } from '@tollgate/runtime/base/errors';

const FIRST_DEFAULT = 50;
const FIRST_MAX = 200;
const POSITION = /^\d{17}\/\d{17}\/[a-z]{2,4}_[0-9a-z]{26}\/\d{9}$/;
const PAYMENT = /\/(pay_[0-9a-z]{26})\//;

/** What a timeline takes. */
export interface TimelineArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** The part of a customer's timeline that is asked for. Throws `BAD_USER_INPUT` where that makes no sense. */
export function askedPart(customerId: string, { first, after }: TimelineArguments) {
  const limit = first ?? FIRST_DEFAULT;
  if (limit < 1 || limit > FIRST_MAX)
    throw clientError('BAD_USER_INPUT', `"first" is between 1 and ${FIRST_MAX}.`);
  return { customerId, limit: limit + 1, before: after ? positionIn(after) : null };
}

/** An entry as it is shown, with links to what it happened to. */
export function entryView({ position, subject, at, text, by, actor }: TimelineFact) {
  const link = (prefix: string) => (subject.startsWith(`${prefix}_`) ? { id: subject } : null);
  return {
    ...{ id: cursorOf(position), at, text, by, actor },
    subscription: link('sub'),
    contract: link('ctr'),
    quote: link('quo'),
    invoice: link('inv'),
  };
}

/** The payment that an entry of this id is about; null where it is about something else. */
export function paymentOf(id: string): string | null {
  return PAYMENT.exec(Buffer.from(id, 'base64url').toString('utf8'))?.[1] ?? null;
}

/** Names a position to clients. */
export function cursorOf(position: string): string {
  return Buffer.from(position).toString('base64url');
}

function positionIn(cursor: string): string {
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (POSITION.test(position) && cursorOf(position) === cursor) return position;
  throw clientError('BAD_USER_INPUT', '"after" takes a cursor of a timeline, as "pageInfo" gives it.');
}
