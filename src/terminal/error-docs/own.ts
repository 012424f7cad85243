/** The explanations of error codes about pkg itself, and about commands of other packages. */
export const own = {
  PKG_COMMAND_FAILED: {
    summary: 'a command of another package failed',
    why: 'The command is not part of pkg, but of an npm package. The message is its own.',
    fix: 'Read the documentation of the package, or remove it from oclif.plugins in the data folder of pkg.',
  },
  PKG_INTERNAL: {
    summary: 'pkg has a bug',
    why: 'Something happened that should be impossible.',
    fix: 'Please report it, with the output of the same command under --debug.',
  },
};
