/**
 * `npm run cluster -- start|stop|kubeconfig|status [NAME]`: a real control plane by hand, for as long as it is wanted.
 *
 * @example npm run cluster -- start export KUBECONFIG=$(npm run --silent cluster -- kubeconfig)
 */
import {
  ControlPlaneUnavailable,
  listControlPlanes,
  memoryOf,
  startControlPlane,
  stopControlPlane,
} from './controlplane.ts';
import type { State } from './controlplane.ts';

const USAGE = `usage: npm run cluster -- COMMAND [NAME]

  start        bring up a control plane
  kubeconfig   print the path of its kubeconfig
  status       show every control plane that is up
  stop         take it down

NAME is "default" unless another is given; several can be up at a time.
`;

const [command, name = 'default'] = process.argv.slice(2);

try {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name))
    throw new Error(`${name} is not a valid name: use small letters, digits and -`);
  if (command === 'start') await start();
  else if (command === 'stop') await stop();
  else if (command === 'kubeconfig') console.log((await find()).kubeconfig);
  else if (command === 'status') await status();
  else throw new Error(USAGE);
} catch (error) {
  const unavailable = error instanceof ControlPlaneUnavailable ? 'There is no control plane to be had here: ' : '';
  console.error(unavailable + (error as Error).message);
  process.exitCode = 1;
}

async function lookUp(): Promise<State | undefined> {
  return (await listControlPlanes()).find((state) => state.name === name);
}

async function find(): Promise<State> {
  const state = await lookUp();
  if (state === undefined) throw new Error(`No control plane "${name}" is up: npm run cluster -- start ${name}`);
  return state;
}

async function start(): Promise<void> {
  const running = await lookUp();
  const state = running ?? (await startControlPlane({ name, stay: true, say: (line) => console.error(line) }));
  console.error(running ? 'It is up already.' : `Up after ${(state.milliseconds / 1000).toFixed(1)} s.`);
  console.log(`export KUBECONFIG=${state.kubeconfig}`);
}

async function stop(): Promise<void> {
  await stopControlPlane(await find());
  console.error('Stopped.');
}

async function status(): Promise<void> {
  const states = await listControlPlanes();
  if (states.length === 0) console.log('No control plane is up.');
  for (const state of states) {
    const memory = Object.entries(memoryOf(state));
    const total = memory.reduce((sum, [, size]) => sum + size, 0);
    console.log(`${state.name}: ${state.server}, up after ${(state.milliseconds / 1000).toFixed(1)} s, ${total} MiB`);
    console.log(`  kubeconfig ${state.kubeconfig}`);
    console.log(`  memory in MiB: ${memory.map(([program, size]) => `${program} ${size}`).join(', ')}`);
    console.log(
      `  processes: ${Object.entries(state.programs)
        .map(([program, pid]) => `${program} ${pid}`)
        .join(', ')}`,
    );
  }
}
