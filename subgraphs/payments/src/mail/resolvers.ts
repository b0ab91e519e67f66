import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { MAIL_LIST, mailsPage } from './handlers/find.js';

/** E-mails to customers, in GraphQL. */
export function mailResolvers(db: Database) {
  return {
    Query: {
      mails: async (_, args, context) => {
        const asked = pageOf(MAIL_LIST, args);
        return connectionOf(await mailsPage(db.reader(backOfficeScope(context)), args, asked), asked);
      },
    },
  } satisfies Resolvers;
}
