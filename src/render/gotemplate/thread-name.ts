/** What the program is called with in the thread that `deep.ts` starts: nothing that a command line can hold. */
export const IN_THREAD = 'print templates in a thread\0';
