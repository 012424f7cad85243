/** What the keeper of a control plane writes to its file and sends to its parent: the contract with other processes. */

/** The file, in the folder of a control plane, that holds its {@link State} once it is usable. */
export const STATE_FILE = 'state.json';

/** A control plane that is up. */
export type State = {
  name: string;
  /** The process id of its keeper. */
  keeper: number;
  /** The port on which the keeper tells its process id. */
  port: number;
  /** The address of the API server. */
  server: string;
  /** The path of the administrator's kubeconfig. */
  kubeconfig: string;
  /** The process id of each program. */
  programs: Record<string, number>;
  /** How long it took to start. */
  milliseconds: number;
};

/** How a keeper is to bring a control plane up. */
export type Settings = {
  stay: boolean;
  /** More arguments for the API server. */
  apiserver: readonly string[];
  /** Milliseconds until a program that ended starts again; without it its end is that of the control plane. */
  restartAfter?: number;
};

/** A message of a keeper to the process that started it. */
export type Report = { state: State } | { error: string };
