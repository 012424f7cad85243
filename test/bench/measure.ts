/** What a process costs: processor time and wall time of whole runs, from start to exit. */
import { spawnSync } from 'node:child_process';
import { median } from './report.ts';

/** A command with everything that it needs. */
export type Command = { program: string; args: readonly string[]; env?: Readonly<Record<string, string>> };

/** Milliseconds. `cpu` is user and system time of the process and all that it waited for. */
export type Cost = { cpu: number; wall: number };

/** Runs a command and tells what it printed; throws with its output when it fails. */
export function output(command: Command): string {
  const run = spawnSync(command.program, command.args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: environment(command),
  });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`${command.program} ${command.args.join(' ')}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/**
 * Runs a command once and measures it. Node cannot tell what its children used, so bash does (`time`, in milliseconds).
 */
export function measure(command: Command): Cost {
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>&1 </dev/null';
  const run = spawnSync('bash', ['--norc', '-c', script, 'bash', command.program, ...command.args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment(command), LC_ALL: 'C' },
  });
  if (run.error) throw new Error('the bench needs bash, which measures what its children use', { cause: run.error });
  if (run.status !== 0) output(command);
  const times = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)$/.exec(run.stderr.trim());
  if (times === null) throw new Error(`bash measured nothing: ${run.stderr}`);
  const [user, system, wall] = times.slice(1).map(Number) as [number, number, number];
  return { cpu: (user + system) * 1000, wall: wall * 1000 };
}

/**
 * Measures commands in turn, round after round, so that a busy machine is busy for all of them alike.
 *
 * @param commands functions among them make a new command for each round
 */
export function measureAll(commands: readonly (Command | (() => Command))[], rounds: number): Cost[] {
  const made = (command: Command | (() => Command)): Command => (typeof command === 'function' ? command() : command);
  for (const command of commands) {
    output(made(command));
    output(made(command));
  }
  const costs = commands.map((): Cost[] => []);
  for (let round = 0; round < rounds; round++) {
    commands.forEach((command, index) => costs[index]?.push(measure(made(command))));
  }
  return costs.map((runs) => ({ cpu: median(runs.map(({ cpu }) => cpu)), wall: median(runs.map(({ wall }) => wall)) }));
}

function environment({ env }: Command): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', ...env };
}
