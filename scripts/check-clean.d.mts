/** Files under the checked-in generated paths, with their text. */
export function generatedFiles(root: string): Map<string, string>;
/** Names of the files that came, went or changed. */
export function changesBetween(before: Map<string, string>, after: Map<string, string>): string[];
/** What git calls changed or untracked among the generated files. */
export function uncommitted(root: string): string[];
