import type { Queryable } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/list';
import { findNotes, listNotes, type NoteFilter, type StoredNote } from '../../invoice/store/note.js';

export { CREDIT_NOTE_LIST, type StoredNote } from '../../invoice/store/note.js';

/** A credit note; null where there is none. */
export async function creditNoteById(db: Queryable, id: string): Promise<StoredNote | null> {
  return (await findNotes(db, [id]))[0] ?? null;
}

/** A page of credit notes, and one more. */
export async function pageOfNotes(db: Queryable, filter: NoteFilter, page: Page): Promise<StoredNote[]> {
  return listNotes(db, filter, page);
}
