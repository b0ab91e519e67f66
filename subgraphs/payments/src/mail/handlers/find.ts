import type { Queryable } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/list';
import { pageMails, type MailFilter } from '../store.js';
import { mailView, type MailView } from '../view.js';

export { MAIL_LIST } from '../store.js';

/** A page of mails, and one more. */
export async function mailsPage(db: Queryable, filter: MailFilter, page: Page): Promise<MailView[]> {
  return (await pageMails(db, filter, page)).map(mailView);
}
