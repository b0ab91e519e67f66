import { notesFor } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { present } from '../catalogue/loaders.js';
import type { Resolvers } from '../generated/graphql.js';
import { amendContract } from './handlers/amend.js';
import {
  giveContractNotice,
  renewContract,
  terminateContract,
  updateContract,
  withdrawContractNotice,
} from './handlers/end.js';
import { createContract } from './handlers/sign.js';
import {
  contractLoader,
  contractOver,
  contractsOfCustomer,
  pageOfContracts,
  subscriptionsUnder,
} from './loaders.js';
import { contractView } from './view.js';

/** Contracts: translates between GraphQL and the handlers. */
export function contractResolvers(db: Database) {
  const shown = async (id: string, context: RequestContext) => {
    const row = await contractLoader(db, context).load(id);
    return row && contractView(row);
  };
  return {
    Query: {
      contract: (_root, { id }, context) => shown(id, context),
      contracts: (_root, args, context) => pageOfContracts({ db, context }, args),
    },
    Mutation: mutationsOf(db),
    Customer: { contracts: ({ id }, args, context) => contractsOfCustomer({ db, context }, id, args) },
    PlanSubscription: {
      contract: async ({ id }, _args, context) => {
        const contractId = await contractOver({ db, context }, id);
        return contractId === null ? null : shown(contractId, context);
      },
    },
    Contract: {
      __resolveReference: ({ id }, context) => shown(id, context),
      metadata: ({ metadata }, _args, context) => notesFor(context, metadata),
      subscriptions: ({ id }, _args, context) => subscriptionsUnder({ db, context }, id),
    },
  } satisfies Pick<Resolvers, 'Query' | 'Mutation' | 'Customer' | 'PlanSubscription' | 'Contract'>;
}

function mutationsOf(db: Database) {
  const changed = async (id: string, context: RequestContext) =>
    contractView(present(await contractLoader(db, context).clear(id).load(id)));
  return {
    createContract: async (_root, { input }, context) => {
      const answer = await createContract({ db, context }, input);
      if (answer.__typename !== 'ContractCreated') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
    amendContract: async (_root, { input }, context) => {
      const answer = await amendContract({ db, context }, input);
      if (answer.__typename !== 'ContractAmended') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
    giveContractNotice: async (_root, { input }, context) => {
      const answer = await giveContractNotice({ db, context }, input);
      if (answer.__typename !== 'ContractNoticeTaken') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
    withdrawContractNotice: async (_root, { input }, context) => {
      const answer = await withdrawContractNotice({ db, context }, input);
      if (answer.__typename !== 'ContractNoticeTaken') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
    renewContract: async (_root, { input }, context) => {
      const answer = await renewContract({ db, context }, input);
      if (answer.__typename !== 'ContractRenewed') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
    terminateContract: async (_root, { input }, context) => {
      const answer = await terminateContract({ db, context }, input);
      if (answer.__typename !== 'ContractTerminated') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
    updateContract: async (_root, { input }, context) => {
      const answer = await updateContract({ db, context }, input);
      if (answer.__typename !== 'ContractUpdated') return answer;
      return { __typename: answer.__typename, contract: await changed(answer.contractId, context) };
    },
  } satisfies NonNullable<Resolvers['Mutation']>;
}
