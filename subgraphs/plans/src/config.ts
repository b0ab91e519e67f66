/** What the process was started with. Plans has no options of its own. */
export const environment = process.env;
