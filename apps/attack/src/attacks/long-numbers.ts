import { hold, type Attack } from '../attack.js';
import { givenCustomer } from '../given.js';

const WRITTEN = ['0.000000001', '2251799813685249.3', '0.123456789012345678'];
/** Of all of them, twice. */
const SUM = '4503599627370498.846913580024691356';

/** Quantities as numbers of JSON and of GraphQL that JavaScript does not hold. */
export const longNumbers: Attack = {
  name: 'long-numbers',
  holds: 'a JSON number counts as the decimal that was written, or its event is refused',
  async play(stage) {
    const target = await stage.tenant();
    const customerId = await givenCustomer(target, { name: 'Counts in small parts' });
    const type = stage.unique('long').replaceAll('-', '_');
    await target.client.command({
      mutation: 'createMeter',
      wanted: 'MeterCreated',
      fields: 'meter { id }',
      input: { code: type, name: type, eventType: type, aggregation: 'SUM', property: 'n' },
    });
    const at = new Date().toISOString();
    const eventOf = (id: string, number: string, name = (key: string) => key) =>
      `{${name('id')}: "${type}-${id}", ${name('customerId')}: "${customerId}", ${name('type')}: "${type}", ` +
      `${name('timestamp')}: "${at}", ${name('properties')}: {${name('n')}: ${number}}}`;
    const asJson = WRITTEN.map((number, i) => eventOf(`json-${i}`, number, (key) => `"${key}"`));
    const mutation =
      'mutation R($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) { __typename } }';
    await stage.post({
      token: target.apiKey,
      body: `{"query": ${JSON.stringify(mutation)}, "variables": {"events": [${asJson.join()}]}}`,
    });
    const asLiterals = WRITTEN.map((number, i) => eventOf(`literal-${i}`, number));
    const inline = `mutation { reportUsage(input: { events: [${asLiterals.join()}] }) { __typename } }`;
    await stage.post({ token: target.apiKey, body: { query: inline } });
    const query = `{ usage(customerId: "${customerId}") { quantity events } }`;
    const { body } = await stage.post({ token: target.apiKey, body: { query } });
    const [found] = body.data?.['usage'] as readonly { quantity: string; events: string }[];
    hold(found?.events === '6', `${String(found?.events)} of 6 events were counted`);
    hold(found.quantity === SUM, `${found.quantity} was counted in place of ${SUM}`);
  },
};
