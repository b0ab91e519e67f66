import { hold, type Attack } from '../attack.js';
import { codesOf } from '../http.js';

const TIMES = 250;
const CHARACTERS = 1_000_000;

/** One long text that a document uses again and again: small to send, and a quarter of a gigabyte to answer. */
export const repeatedTexts: Attack = {
  name: 'repeated-texts',
  holds: 'a long text costs what it is used, in inputs and as an alias, and is rejected before anything runs',
  async play(stage) {
    const { apiKey: token } = await stage.tenant();
    const events = '$event '.repeat(TIMES);
    const report = `mutation ($event: UsageEventInput!) {
      reportUsage(input: { events: [${events}] }) { ... on UsageReported { outcomes { id } } }
    }`;
    const event = { id: 'x'.repeat(CHARACTERS), type: 'x', timestamp: 'x' };
    const alias = 'a'.repeat(CHARACTERS / 12);
    for (const body of [
      { query: report, variables: { event } },
      { query: `{ customers(first: 200) { nodes { ${alias}: id } } }` },
    ]) {
      const answer = await stage.post({ token, body });
      const shown = answer.text.slice(0, 200);
      hold(answer.body.data === undefined, `it was answered: ${shown}`);
      hold(codesOf(answer).includes('QUERY_TOO_COSTLY'), `no error says why: ${shown}`);
    }
  },
};
