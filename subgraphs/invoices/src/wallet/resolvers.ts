import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import { clientError } from '@tollgate/runtime/base/errors';
import type { LiveStore } from '@tollgate/runtime/live/live';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { setAutomaticTopUp, stopAutomaticTopUp } from './handlers/automatic.js';
import { grantWalletCredit, revokeWalletGrant } from './handlers/grant.js';
import { topUpWallet } from './handlers/top-up.js';
import {
  GRANT_LIST,
  grantById,
  grantLoader,
  WALLET_MOVEMENTS,
  walletById,
  walletLoader,
  walletMovementLoader,
  type WalletRow,
} from './loaders.js';
import { watchWallets } from './live.js';
import { grantView, walletMovementView, walletView } from './view.js';

/** Wallets in GraphQL; nothing is decided here. */
export function walletResolvers({ db, live }: { readonly db: Database; readonly live: LiveStore }) {
  return {
    Customer: {
      wallet: ({ id }, { currency }, context) => walletOf(db, context, { id, currency: known(currency) }),
    },
    Wallet: {
      grants: async ({ customerId: id, currency }, { isLeft, ...args }, context) => {
        const page = pageOf(GRANT_LIST, args);
        const row = await rowOf(db, context, { id, currency: known(currency) });
        const loader = grantLoader({ db, context }, page, isLeft ?? null);
        const rows = row === null ? [] : await loader.load(row.id);
        return connectionOf(
          rows.map((one) => grantView(one, known(currency))),
          page,
        );
      },
      movements: async ({ customerId: id, currency }, args, context) => {
        const page = pageOf(WALLET_MOVEMENTS, args);
        const row = await rowOf(db, context, { id, currency: known(currency) });
        const rows = row === null ? [] : await walletMovementLoader({ db, context }, page).load(row.id);
        return connectionOf(
          rows.map((one) => walletMovementView(one, known(currency))),
          page,
        );
      },
    },
    Subscription: {
      walletUpdated: {
        subscribe: (_, { customerId, currency }, context) => {
          if (!maySee(context, customerId))
            throw clientError('FORBIDDEN', 'A portal token sees its own customer only.');
          const scope = readScope(context);
          return watchWallets({ db, live, scope, customerId, currency: currency ? known(currency) : null });
        },
        resolve: (row: WalletRow) => walletView(row.customerId, row.currency, row),
      },
    },
    Mutation: walletMutations(db),
  } satisfies Resolvers;
}

function walletMutations(db: Database) {
  return {
    grantWalletCredit: async (_, { input }, context) => {
      const answer = await grantWalletCredit({ db, context }, input);
      if (answer.__typename !== 'WalletCreditGranted') return answer;
      return { __typename: answer.__typename, ...(await shown(db, context, answer.grantId)) };
    },
    topUpWallet: (_, { input }, context) => topUpWallet({ db, context }, input),
    setAutomaticTopUp: async (_, { input }, context) => {
      const answer = await setAutomaticTopUp({ db, context }, input);
      if (answer.__typename !== 'AutomaticTopUpAgreed') return answer;
      return { __typename: answer.__typename, wallet: await walletOf(db, context, answer.wallet) };
    },
    stopAutomaticTopUp: async (_, { input }, context) => {
      const answer = await stopAutomaticTopUp({ db, context }, input);
      if (answer.__typename !== 'AutomaticTopUpStopped') return answer;
      return { __typename: answer.__typename, wallet: await walletOf(db, context, answer.wallet) };
    },
    revokeWalletGrant: async (_, { input }, context) => {
      const answer = await revokeWalletGrant({ db, context }, input);
      if (answer.__typename !== 'WalletGrantRevoked') return answer;
      return { __typename: answer.__typename, ...(await shown(db, context, answer.grantId)) };
    },
  } satisfies Resolvers['Mutation'];
}

/** Which wallet: a customer's, in a currency. */
interface Named {
  readonly id: string;
  readonly currency: Currency;
}

async function rowOf(db: Database, context: RequestContext, { id, currency }: Named) {
  const all = maySee(context, id) ? await walletLoader(db, context).load(id) : [];
  return all.find((one) => one.currency === currency) ?? null;
}

async function walletOf(db: Database, context: RequestContext, named: Named) {
  return walletView(named.id, named.currency, await rowOf(db, context, named));
}

/** A grant after a command, and the wallet that it is in. */
async function shown(db: Database, context: RequestContext, grantId: string) {
  const stored = await grantById({ db, context }, grantId);
  const { customerId, currency } = await walletById({ db, context }, stored.walletId);
  return {
    grant: grantView(stored, currency),
    wallet: await walletOf(db, context, { id: customerId, currency }),
  };
}

/** The scalar lets nothing else through. */
function known(currency: string): Currency {
  return parseCurrency(currency) ?? 'USD';
}
