import { readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { documentedInvoice } from './loaders.js';
import { electronicView, factsView } from './view.js';

/** What documents say, in GraphQL; nothing is decided here. */
export function documentResolvers(db: Database) {
  return {
    Invoice: {
      facts: async ({ id }, _, context) => factsView((await documentedInvoice({ db, context }, id)).parties),
      electronic: async ({ id }, { syntax }, context) => {
        const { tenantId } = readScope(context);
        return electronicView(await documentedInvoice({ db, context }, id), { tenantId, syntax });
      },
    },
  } satisfies Pick<Resolvers, 'Invoice'>;
}
