import { isId } from '@tollgate/kernel/id';
import { backOfficeScope, customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { QueryCreditNotesArgs, Resolvers } from '../generated/graphql.js';
import { noteAmountsView, noteView } from '../invoice/view/note.js';
import { createCreditNote, previewCreditNote } from './handlers/create.js';
import { creditNoteById, CREDIT_NOTE_LIST, pageOfNotes } from './handlers/find.js';

/** Credit notes in GraphQL; nothing is decided here. */
export function creditNoteResolvers(db: Database) {
  return {
    Query: {
      creditNote: (_, { id }, context) => noteById(db, context, id),
      creditNotes: (_, args, context) => notesPage(db, context, args),
      previewCreditNote: async (_, { input }, context) => {
        backOfficeScope(context);
        const outcome = await previewCreditNote({ db, context }, input);
        if (outcome.__typename !== 'CreditNotePreview') return outcome;
        const { __typename, note, currency } = outcome;
        return { __typename, ...noteAmountsView(note, currency) };
      },
    },
    Mutation: {
      createCreditNote: async (_, { input }, context) => {
        const outcome = await createCreditNote({ db, context }, input);
        if (outcome.__typename !== 'CreditNoteCreated') return outcome;
        const creditNote = await noteById(db, context, outcome.creditNoteId);
        if (creditNote === null) throw new Error(`credit note ${outcome.creditNoteId} cannot be read`);
        return { ...outcome, creditNote };
      },
    },
  } satisfies Resolvers;
}

async function noteById(db: Database, context: RequestContext, id: string) {
  const stored = isId('crn', id) ? await creditNoteById(db.reader(readScope(context)), id) : null;
  return stored !== null && maySee(context, stored.customerId) ? noteView(stored) : null;
}

async function notesPage(db: Database, context: RequestContext, args: QueryCreditNotesArgs) {
  const page = pageOf(CREDIT_NOTE_LIST, args);
  const asked = args.customerId ?? null;
  const visible = asked === null || maySee(context, asked);
  const filter = { ...args, customerId: asked ?? customerLimit(context) };
  const notes = visible ? await pageOfNotes(db.reader(readScope(context)), filter, page) : [];
  return connectionOf(notes.map(noteView), page);
}
