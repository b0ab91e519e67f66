import { hold, type Attack } from '../attack.js';

const DOCUMENTS = 48;
const FIELDS = 45;
const ID_LENGTH = 1_900;
const OTHERS_WAIT_MAX_MS = 1_500;

/** Large documents, no two alike, so that no cache helps. */
export const distinctDocuments: Attack = {
  name: 'distinct-documents',
  holds: 'large documents that differ keep nobody else waiting',
  async play(stage) {
    const target = await stage.tenant();
    const filler = 'x'.repeat(ID_LENGTH);
    const field = (index: number, at: number): string =>
      `a${index}_${at}: customer(id: "${filler}${index}_${at}") { id name invoices(first: 1) { nodes { id total { amount } } } }`;
    const document = (index: number): string =>
      `{ ${Array.from({ length: FIELDS }, (_, at) => field(index, at)).join(' ')} }`;
    const sent = Array.from({ length: DOCUMENTS }, (_, index) =>
      stage.post({ token: target.apiKey, body: { query: document(index) } }).catch(() => undefined),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const other = await stage.post({ token: stage.staffToken, body: { query: '{ __typename }' } });
    await Promise.all(sent);
    hold(other.ms < OTHERS_WAIT_MAX_MS, `another caller waited ${Math.round(other.ms)} ms`);
  },
};
