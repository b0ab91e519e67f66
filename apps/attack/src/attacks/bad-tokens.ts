import { hold, type Attack } from '../attack.js';
import { givenCustomer, givenPortalToken } from '../given.js';

const GUESSES = 1_500;
const GUESSERS = 30;

/** Somebody who guesses tokens, from the address that everybody else comes from. */
export const badTokens: Attack = {
  name: 'bad-tokens',
  holds: 'guesses at credentials lock nobody out who holds a good one that was not seen before',
  async play(stage) {
    const target = await stage.tenant();
    const customerId = await givenCustomer(target, { name: 'Behind the same balancer' });
    const portal = await givenPortalToken(target, customerId);
    const body = { query: '{ __typename }' };
    let left = GUESSES;
    const guess = async (): Promise<void> => {
      while (left-- > 0) await stage.post({ token: `tg_live_guess${left}`, body }).catch(() => undefined);
    };
    const guessing = Promise.all(Array.from({ length: GUESSERS }, guess));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answer = await stage.post({ token: portal, body });
    await guessing;
    hold(answer.status === 200, `a good portal token was answered ${answer.status}`);
  },
};
