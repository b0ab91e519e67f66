/** Every breach of table ownership as `file:line: reason`, sorted. */
export function ownershipFaults(root?: string): string[];
