// Samples what a process spends its time on, over its inspector: `npm run bench -- commands --profile`.
import { WebSocket } from 'ws';

const TOP = 10;
const INTERVAL_US = 200;
/** What the process does not do itself. */
const RESTING = new Set(['(idle)', '(root)']);

/** `profiled(name, work)` does the work and prints the functions that took most of the process' own time meanwhile. */
export async function openProfiler(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 2 ** 30 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map();
  socket.on('message', (data) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let id = 0;
  const send = (method, params = {}) =>
    new Promise((resolve) => {
      id += 1;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await send('Profiler.enable');
  await send('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  return {
    async profiled(name, work) {
      await send('Profiler.start');
      try {
        return await work();
      } finally {
        const { profile } = await send('Profiler.stop');
        console.log(`${name}:\n${topOf(profile).join('\n')}`);
      }
    },
    close: () => socket.close(),
  };
}

/** By self time, in percent of the time that the process was busy. */
function topOf({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const own = new Map();
  let busy = 0;
  samples.forEach((sample, index) => {
    const frame = frames.get(sample);
    if (RESTING.has(frame.functionName)) return;
    busy += timeDeltas[index];
    const name = nameOf(frame);
    own.set(name, (own.get(name) ?? 0) + timeDeltas[index]);
  });
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOP)
    .map(([name, us]) => `  ${((100 * us) / busy).toFixed(1).padStart(5)} %  ${name}`);
}

function nameOf({ functionName, url }) {
  const file = url
    .split('/dist/')
    .at(-1)
    .split('/node_modules/')
    .at(-1)
    .replace(/^file:.*\//, '');
  return [functionName === '' ? '(anonymous)' : functionName, file].filter((part) => part !== '').join(' ');
}
