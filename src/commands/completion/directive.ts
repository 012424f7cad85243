/** What a shell is told to do beside offering candidates, as numbers that are added up: cobra's. */
export const Directive = {
  /** No blank after the candidate: more of the word follows. */
  noSpace: 2,
  /** Files are none of what may stand here. */
  noFiles: 4,
  /** The candidates are the endings of the files that may stand here. */
  fileEndings: 8,
  /** Folders alone may stand here. */
  folders: 16,
  /** The candidates are in an order that says something. */
  keepOrder: 32,
} as const;
