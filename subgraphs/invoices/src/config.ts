/** What this process was started with; the shared parts are read and checked by the runtime. */
export const environment = process.env;
