/** cobra's directives for the shell, which are added up. */
export const Directive = {
  /** Add no space after the candidate. */
  noSpace: 2,
  /** Do not complete file names. */
  noFiles: 4,
  /** The candidates are endings: complete files that have one of them. */
  fileEndings: 8,
  /** Complete folders only. */
  folders: 16,
  /** Do not sort the candidates. */
  keepOrder: 32,
} as const;
