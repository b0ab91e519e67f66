import { GraphQLError, parse } from 'graphql';
import { parentPort, workerData } from 'node:worker_threads';
import { graphOf } from './graph.js';
import { READY, type Ask, type Planned } from './aside.js';

/** The thread that `Aside` starts: it has a planner of its own and plans one operation after the other. */
const graph = graphOf(String(workerData));

parentPort?.on('message', (ask: Ask) => parentPort?.postMessage(planned(ask)));
parentPort?.postMessage(READY);

function planned({ text, operationName }: Ask): Planned {
  try {
    return { plan: graph.plan(parse(text), operationName) };
  } catch (error) {
    const extensions = error instanceof GraphQLError ? error.extensions : undefined;
    return { message: error instanceof Error ? error.message : String(error), extensions };
  }
}
