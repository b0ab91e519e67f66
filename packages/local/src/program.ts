import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where the program is on the PATH, or null. */
export const findProgram = async (name: string): Promise<string | null> => {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (directory !== '' && found) return path;
  }
  return null;
};
