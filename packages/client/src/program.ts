/** What a program was asked to do, read from its command line; ends with 2 and how to call it where that makes no sense. */
export function argumentsOr<T>(parse: (argv: readonly string[]) => T, usage: string): T {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}\n`);
    process.exit(2);
  }
}

/** Runs a program to its end: 0 where it says that all is well, 1 where it does not or throws. */
export function runProgram(name: string, main: () => Promise<boolean>): void {
  main().then(
    (isWell) => process.exit(isWell ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`\n${name}: ${messageOf(error)}\n`);
      process.exit(1);
    },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
