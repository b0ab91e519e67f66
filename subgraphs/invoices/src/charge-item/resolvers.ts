import { assert } from '@tollgate/kernel/assert';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { archiveChargeItem, createChargeItem } from './handlers.js';
import { CHARGE_ITEM_LIST, chargeItemPage, itemById } from './loaders.js';

/** The catalogue of charges in GraphQL; nothing is decided here. */
export function chargeItemResolvers(db: Database) {
  const made = async (id: string, context: RequestContext) => {
    const item = await itemById({ db, context }, id);
    assert(item !== null, 'what was made is there');
    return item;
  };
  return {
    Query: {
      chargeItem: (_, { id }, context) => {
        backOfficeScope(context);
        return itemById({ db, context }, id);
      },
      chargeItems: async (_, args, context) => {
        const page = pageOf(CHARGE_ITEM_LIST, args);
        return connectionOf(await chargeItemPage(db.reader(backOfficeScope(context)), page, args), page);
      },
    },
    Mutation: {
      createChargeItem: async (_, { input }, context) => {
        const answer = await createChargeItem({ db, context }, input);
        if (answer.__typename !== 'ChargeItemCreated') return answer;
        return { __typename: answer.__typename, chargeItem: await made(answer.chargeItemId, context) };
      },
      archiveChargeItem: async (_, { input }, context) => {
        const answer = await archiveChargeItem({ db, context }, input);
        if (answer.__typename !== 'ChargeItemArchived') return answer;
        return { __typename: answer.__typename, chargeItem: await made(answer.chargeItemId, context) };
      },
    },
  } satisfies Resolvers;
}
