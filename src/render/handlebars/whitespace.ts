/**
 * Decides which white space a template prints. A line that holds nothing but tags of blocks, comments and partials
 * prints nothing itself, whichever branches run; such a line is called quiet. Handlebars' own pass leaves blanks before
 * `{{else if}}` and the `{{/if}}` behind it, which would indent the next key into the map above.
 *
 * On a quiet line `~` does not join the lines before and after it: `{{~#if}}` takes the line break before it and leaves
 * that of its own line, and the text behind `{{#if a~}}` begins at the column of the tag.
 */
import type { Block, Content, DecoratorBlock, Location, Partial, PartialBlock, Program, Statement } from './ast.ts';

type Strip = { open?: boolean; close?: boolean };

/** The `~` of each tag, as Handlebars' parser gives them. */
export type Strips = {
  strip?: Strip;
  openStrip?: Strip;
  inverseStrip?: Strip;
  closeStrip?: Strip;
};

type Wrapped = (Block | DecoratorBlock | PartialBlock) & Strips;

/** A tag between contents. Its line is quiet if no tag of the kind `value` stands on it. */
type Tag = {
  kind: 'open' | 'else' | 'close' | 'partial' | 'comment' | 'value';
  block?: BlockLines;
  partial?: Partial | PartialBlock;
  /** Has it a `~` on its left, or on its right? */
  left: boolean;
  right: boolean;
  /** The indentation of its line, if that is quiet. */
  indent?: number;
};

/** The lines of a block. `inline`: something else stands on the line of its first tag. */
type BlockLines = { inline: boolean; node: Wrapped };

type SourcePiece = Content | Tag;

/** A part of a content on one line. */
type Segment = { content: Content; from: number; to: number };

/** Blocks that give one value, which stands at the first tag, as in `a: {{#yaml}}`. */
const VALUE_BLOCKS: ReadonlySet<string> = new Set(['yaml', 'json']);

/**
 * Takes white space out of the contents of a template: what `~` cuts off, and quiet lines. Partials on quiet lines get
 * the indentation of the line, and are marked as alone.
 */
export function controlWhitespace(program: Program, source: string): void {
  const pieces: SourcePiece[] = [];
  collect(program, source.split('\n'), pieces);
  const cuts = new Map<Content, { front: number; back: number }>();
  let segments: Segment[] = [];
  let tags: { tag: Tag; at: number }[] = [];
  const ends = endsOf(pieces);
  const endLine = (index: number): void => {
    if (tags.length > 0) cutLine(segments, tags, cuts, ends[index] === true);
    segments = [];
    tags = [];
  };
  for (const [index, piece] of pieces.entries()) {
    if ('kind' in piece) {
      tags.push({ tag: piece, at: segments.length });
      continue;
    }
    const text = piece.original;
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      segments.push({ content: piece, from, to: end + 1 });
      from = end + 1;
      endLine(index);
    }
    if (from < text.length) segments.push({ content: piece, from, to: text.length });
  }
  endLine(pieces.length - 1);
  cutAtTildes(pieces, cuts);
  for (const [content, { front, back }] of cuts) {
    const end = content.original.length - back;
    content.value = front < end ? content.original.slice(front, end) : '';
    content.cut = front;
  }
}

/** The contents and tags of a program in the order of its source. */
function collect(program: Program, lines: readonly string[], pieces: SourcePiece[]): void {
  for (const statement of program.body) {
    if (statement.type === 'ContentStatement') pieces.push(statement);
    else collectTags(statement as Exclude<Statement, Content> & Strips, lines, pieces);
  }
}

function collectTags(
  node: Exclude<Statement, Content> & Strips,
  lines: readonly string[],
  pieces: SourcePiece[],
): void {
  const sides = (strip: Strip | undefined): Pick<Tag, 'left' | 'right'> => ({
    left: strip?.open === true,
    right: strip?.close === true,
  });
  switch (node.type) {
    case 'MustacheStatement':
    case 'Decorator':
      pieces.push({ kind: 'value', ...sides(node.strip) });
      return;
    case 'CommentStatement':
      pieces.push({ kind: 'comment', ...sides(node.strip) });
      return;
    case 'PartialStatement':
      // Handlebars' parser leaves this to its own pass of white space.
      node.indent = '';
      pieces.push({ kind: 'partial', partial: node, ...sides(node.strip) });
      return;
    default:
  }
  const isValue = isValueBlock(node);
  const block: BlockLines = { inline: isValue, node };
  const partial = node.type === 'PartialBlockStatement' ? { partial: node } : {};
  if (node.type === 'PartialBlockStatement') node.indent = '';
  pieces.push({ kind: isValue ? 'value' : 'open', block, ...partial, ...sides(node.openStrip) });
  collectBranches(node, block, lines, pieces);
  pieces.push({ kind: 'close', block, ...sides(node.closeStrip) });
}

function collectBranches(node: Wrapped, block: BlockLines, lines: readonly string[], pieces: SourcePiece[]): void {
  const inverse = node.type === 'BlockStatement' ? node.inverse : undefined;
  const isInverted = inverse !== undefined && startsInverted(node.loc, lines);
  const [first, second] = isInverted ? [inverse, node.program] : [node.program, inverse];
  if (first !== undefined) collect(first, lines, pieces);
  if (second === undefined) return;
  const strip = node.inverseStrip;
  pieces.push({ kind: 'else', block, left: strip?.open === true, right: strip?.close === true });
  const [chained] = second.body;
  // The tag of `{{else if}}` is that of the block that it begins, and `{{/if}}` ends both.
  if ((second as { chained?: boolean }).chained === true && chained?.type === 'BlockStatement')
    collectBranches(chained as Block & Strips, block, lines, pieces);
  else collect(second, lines, pieces);
}

function startsInverted({ start }: Location, lines: readonly string[]): boolean {
  return /^\{\{~?\^/.test((lines[start.line - 1] ?? '').slice(start.column));
}

function isValueBlock(node: Wrapped): boolean {
  return node.type === 'BlockStatement' && node.path.type === 'PathExpression' && VALUE_BLOCKS.has(node.path.original);
}

type Cuts = Map<Content, { front: number; back: number }>;

function cutsOf(content: Content, cuts: Cuts): { front: number; back: number } {
  let known = cuts.get(content);
  if (known === undefined) cuts.set(content, (known = { front: 0, back: 0 }));
  return known;
}

function cut({ content, from, to }: Segment, cuts: Cuts): void {
  const known = cutsOf(content, cuts);
  if (from === 0) known.front = Math.max(known.front, to);
  if (to === content.original.length) known.back = Math.max(known.back, to - from);
}

/**
 * Cuts the white space of a line with tags, if it is quiet.
 *
 * @param isLast nothing follows in the template or the inline partial
 */
function cutLine(
  segments: readonly Segment[],
  tags: readonly { tag: Tag; at: number }[],
  cuts: Cuts,
  isLast: boolean,
): void {
  const isBlank = segments.every(({ content, from, to }) => content.original.slice(from, to).trim() === '');
  const isQuiet = isBlank && tags.every(({ tag }) => tag.kind !== 'value');
  const first = tags[0]?.tag;
  const joinsBefore = first?.left === true && tags.at(-1)?.tag.right !== true;
  // `inline` is set at the first tag of a block, which comes before its other tags.
  const isInline =
    tags.some(({ tag: { kind, block } }) => (kind === 'else' || kind === 'close') && block?.inline === true) ||
    (joinsBefore && first?.kind === 'open');
  for (const { tag } of tags) {
    if (tag.kind === 'open' && tag.block !== undefined) tag.block.inline = !isQuiet || isInline;
  }
  if (!isQuiet) return;
  const last = segments.at(-1);
  const newline = last !== undefined && last.content.original.charAt(last.to - 1) === '\n' ? last : undefined;
  // `{{~else}}` cuts the line break before it, which the branch before needs if its block begins on a line of its own.
  if (joinsBefore && first !== undefined && first.kind === 'else' && first.block?.inline === false) first.left = false;
  if (isInline || (joinsBefore && first?.kind === 'close' && !isLast)) {
    // Where the block prints nothing, the line on which it begins has no line break but that of this line: keep it.
    cutBefore(segments, tags[0]?.at ?? 0, cuts);
    return;
  }
  const before = segments
    .slice(0, tags[0]?.at ?? 0)
    .map(({ content, from, to }) => content.original.slice(from, to))
    .join('');
  for (const { tag } of tags) {
    tag.indent = before.length;
    if (tag.partial === undefined) continue;
    tag.partial.indent = before;
    tag.partial.alone = true;
    tag.partial.endsLine = newline !== undefined && !tag.right;
  }
  for (const segment of segments) cut(segment, cuts);
}

/** Cuts the blanks before the first tag of a line, and the newline before them; behind it all blanks but the line's end. */
function cutBefore(segments: readonly Segment[], count: number, cuts: Cuts): void {
  for (const segment of segments.slice(0, count)) {
    const { content, from, to } = segment;
    const before = content.original.slice(0, from);
    const newline = before.endsWith('\r\n') ? 2 : before.endsWith('\n') ? 1 : 0;
    if (to < content.original.length || from - newline < cutsOf(content, cuts).front) cut(segment, cuts);
    else cut({ content, from: from - newline, to }, cuts);
  }
  for (const { content, from, to } of segments.slice(count)) {
    const end = /\r?\n$/.exec(content.original.slice(from, to))?.[0].length ?? 0;
    cut({ content, from, to: to - end }, cuts);
  }
}

/** Is a piece followed by nothing but blanks and the end of the template, or of an inline partial? */
function endsOf(pieces: readonly SourcePiece[]): boolean[] {
  const ends: boolean[] = [];
  let isEnd = true;
  for (let index = pieces.length - 1; index >= 0; index--) {
    const piece = pieces[index];
    if (piece === undefined) continue;
    if ('kind' in piece) isEnd = piece.kind === 'close' && piece.block?.node.type !== 'BlockStatement';
    else isEnd &&= piece.original.trim() === '';
    ends[index] = isEnd;
  }
  return ends;
}

/** Cuts all white space between each `~` and the next tag or text. */
function cutAtTildes(pieces: readonly SourcePiece[], cuts: Cuts): void {
  for (const [index, piece] of pieces.entries()) {
    if (!('kind' in piece)) continue;
    const before = pieces[index - 1];
    const after = pieces[index + 1];
    if (piece.left && before !== undefined && !('kind' in before)) {
      const kept = before.original.trimEnd().length;
      const known = cutsOf(before, cuts);
      known.back = Math.max(known.back, before.original.length - kept);
    }
    if (piece.right && after !== undefined && !('kind' in after)) {
      const blanks = /^\s*/.exec(after.original)?.[0] ?? '';
      const own = blanks.length - blanks.lastIndexOf('\n') - 1;
      const column = piece.left || piece.indent === undefined ? 0 : piece.indent;
      const kept = blanks.includes('\n') ? Math.min(own, column) : 0;
      const known = cutsOf(after, cuts);
      known.front = Math.max(known.front, blanks.length - kept);
      const next = pieces[index + 2];
      // The text behind several tags of this sort begins at the column of the first.
      if (next !== undefined && 'kind' in next && blanks === after.original && next.indent !== undefined)
        next.indent = kept;
    }
  }
}
