import { hold, type Attack } from '../attack.js';
import { givenCustomer } from '../given.js';
import { codesOf } from '../http.js';

const LEVELS = 3;

/** Lists in lists, each without a size: small to write, and 50 to the fourth to answer. */
export const nestedLists: Attack = {
  name: 'nested-lists',
  holds: 'lists in lists cost what they may answer, and are rejected before anything is read',
  async play(stage) {
    const target = await stage.tenant();
    await givenCustomer(target, { name: 'Nested' });
    const nested = Array.from({ length: LEVELS }).reduce<string>(
      (inner) => `customer { invoices { nodes { ${inner} } } }`,
      'id',
    );
    const query = `{ invoices { nodes { ${nested} } } }`;
    const answer = await stage.post({ token: target.apiKey, body: { query } });
    hold(answer.body.data === undefined, `it was answered: ${answer.text.slice(0, 200)}`);
    hold(codesOf(answer).includes('QUERY_TOO_COSTLY'), `no error says why: ${answer.text.slice(0, 200)}`);
  },
};
