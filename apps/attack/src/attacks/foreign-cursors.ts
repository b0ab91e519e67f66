import { hold, type Attack } from '../attack.js';
import { givenCustomer } from '../given.js';
import { codesOf } from '../http.js';

/** Cursors of another list, of another order, and none at all. */
export const foreignCursors: Attack = {
  name: 'foreign-cursors',
  holds: 'a cursor is taken by the list and order that gave it, and by no other',
  async play(stage) {
    const target = await stage.tenant();
    for (const name of ['Ada', 'Bob']) await givenCustomer(target, { name });
    const ask = (query: string) => stage.post({ token: target.apiKey, body: { query } });
    const page = await ask('{ customers(first: 1) { pageInfo { endCursor } } }');
    const data = page.body.data as { customers: { pageInfo: { endCursor: string } } } | undefined;
    const cursor = data?.customers.pageInfo.endCursor ?? '';
    hold(cursor !== '', `there is no first page: ${page.text.slice(0, 200)}`);
    const own = await ask(`{ customers(after: "${cursor}") { nodes { name } } }`);
    hold(own.text.includes('Bob'), `its own list does not go on: ${own.text.slice(0, 200)}`);
    const lists = ['plans', 'products', 'subscriptions', 'invoices', 'payments', 'auditTrail'];
    const foreign = [
      ...lists.map((list) => `${list}(after: "${cursor}")`),
      `customers(before: "${cursor}", orderBy: CREATED_AT_DESC)`,
      ...['customers', ...lists].map((list) => `${list}(after: "")`),
    ];
    for (const list of foreign) {
      const answer = await ask(`{ ${list} { nodes { __typename } } }`);
      hold(codesOf(answer).includes('BAD_USER_INPUT'), `${list} was answered: ${answer.text.slice(0, 200)}`);
    }
  },
};
