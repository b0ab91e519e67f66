import { hold, type Attack } from '../attack.js';
import type { Target } from '../stage.js';

const NAME_CHARS = 200;
const UNSEEN = ['\u200b', ' \ufeff ', '\u3164', '\u2060\u200d'];
const FAMILY = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';

/** Names that nobody can see, and names that only a machine finds long. */
export const unseenNames: Attack = {
  name: 'unseen-names',
  holds: 'a name is something to see, and its length what a person counts',
  async play(stage) {
    const target = await stage.tenant();
    for (const name of UNSEEN)
      hold((await made(target, name)) === 'InvalidInput', `${JSON.stringify(name)} is a name`);
    for (const character of ['x', '\u{1f600}', FAMILY]) {
      hold(
        (await made(target, character.repeat(NAME_CHARS))) === 'CustomerCreated',
        `${character} × 200 is rejected`,
      );
      hold(
        (await made(target, character.repeat(NAME_CHARS + 1))) === 'InvalidInput',
        `${character} × 201 is taken`,
      );
    }
  },
};

async function made({ client }: Target, name: string): Promise<string> {
  const query = 'mutation($name: String!) { createCustomer(input: { name: $name }) { __typename } }';
  const { createCustomer } = await client.call<{ createCustomer: { __typename: string } }>(query, { name });
  return createCustomer.__typename;
}
