/** The argument of the program in the thread that `large-stack.ts` starts. A command line cannot hold a NUL. */
export const IN_THREAD = 'print templates in a thread\0';
