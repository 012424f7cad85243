/** The tokens of YAML, as `scan.ts` makes them and `nodes.ts` reads them. */

/** The types of tokens; as in libyaml, a token for the start of a block collection is made where its first key or dash stands. */
export const Token = {
  END: 0,
  VERSION: 1,
  TAG_DIRECTIVE: 2,
  DOCUMENT_START: 3,
  DOCUMENT_END: 4,
  SEQUENCE_START: 5,
  MAPPING_START: 6,
  BLOCK_END: 7,
  FLOW_SEQUENCE_START: 8,
  FLOW_SEQUENCE_END: 9,
  FLOW_MAPPING_START: 10,
  FLOW_MAPPING_END: 11,
  ENTRY: 12,
  FLOW_ENTRY: 13,
  KEY: 14,
  VALUE: 15,
  ALIAS: 16,
  ANCHOR: 17,
  TAG: 18,
  SCALAR: 19,
} as const;

/** One of {@link Token}. */
export type TokenType = (typeof Token)[keyof typeof Token];

/** A token, with the offset and the line (from 0) at which it begins. */
export type YamlToken = {
  type: TokenType;
  at: number;
  line: number;
  /** The text of a scalar, the name of an anchor, the handle of a tag. */
  value: string;
  /** What follows the handle of a tag. */
  suffix: string;
  /** It is a scalar without quotes. */
  plain: boolean;
};
