import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { TollgateClient } from '@tollgate/client/client';
import { openSystem } from '@tollgate/client/open';
import { argumentsOr, runProgram } from '@tollgate/client/program';
import { parseDemoArguments, USAGE } from './arguments.js';
import { runDemo } from './run.js';
import { tableOf } from './report.js';
import { generateTrace, readTrace } from './trace.js';

async function main(): Promise<boolean> {
  const startedAt = performance.now();
  const options = argumentsOr(parseDemoArguments, USAGE);
  const calls = options.usage === undefined ? generateTrace() : readTrace(options.usage);
  if (calls.length === 0) throw new Error('the trace has no rows');
  const system = await openSystem(options);
  const operator = new TollgateClient(system.graphqlUrl, system.staffToken);
  const seconds = { ready: (performance.now() - startedAt) / 1_000 };
  try {
    const result = await runDemo({
      operator,
      calls,
      run: randomUUID(),
      ready: seconds.ready,
      mode: options.distributed ? 'distributed' : 'single',
    });
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(`\n${tableOf(result)}\n\n`);
    const { events, resent } = result;
    process.stdout.write(`sent    ${line(events)}\nagain   ${line(resent)}\n`);
    process.stdout.write(
      `ready ${fixed(result.seconds.ready)} s, report ${fixed(result.seconds.report)} s, settled ${fixed(result.seconds.settled)} s\n`,
    );
    return true;
  } finally {
    await operator.close();
    await system.stop();
  }
}

function line(counts: { sent: number; accepted: number; duplicate: number; rejected: number }): string {
  return `${counts.sent} events: ${counts.accepted} accepted, ${counts.duplicate} duplicate, ${counts.rejected} rejected`;
}

function fixed(seconds: number): string {
  return seconds.toFixed(1);
}

runProgram('demo', main);
