import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { commitmentsById, type DrawnCommitment } from './store.js';

const COMMITMENTS = Symbol('commitments by id');

/** One query for what all commitments of a request are drawn down to. */
export function commitmentLoader(
  db: Database,
  context: RequestContext,
): DataLoader<string, DrawnCommitment | null> {
  return context.once(COMMITMENTS, () => {
    const scope = readScope(context);
    return new DataLoader(async (ids: readonly string[]) => {
      const found = new Map((await commitmentsById(db.reader(scope), ids)).map((one) => [one.id, one]));
      return ids.map((id) => found.get(id) ?? null);
    });
  });
}
