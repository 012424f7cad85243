/**
 * What white space a template prints. A line on which nothing but block tags, comments and partials stand prints
 * nothing itself, whichever branches run. Handlebars' own pass leaves blanks before `{{else if}}` and the `{{/if}}`
 * behind it, which put the next key into the map above.
 *
 * On such a line `~` joins no lines that the tags stand between: `{{~#if}}` takes the line break before it and leaves
 * its own, and what follows `{{#if a~}}` stands where the tag does.
 */
import type { Block, Content, DecoratorBlock, Location, Partial, PartialBlock, Program, Statement } from './ast.ts';

type Strip = { open?: boolean; close?: boolean };

/** What Handlebars' parser says of `~`, of `else if`, and nothing else here needs. */
type Strips = {
  strip?: Strip;
  openStrip?: Strip;
  inverseStrip?: Strip;
  closeStrip?: Strip;
};

type Wrapped = (Block | DecoratorBlock | PartialBlock) & Strips;

/** A tag between contents. Its line is quiet if only such tags, and no values, stand on it. */
type Tag = {
  kind: 'open' | 'else' | 'close' | 'partial' | 'comment' | 'value';
  block?: BlockLines;
  partial?: Partial | PartialBlock;
  /** `~` on its left, on its right. */
  left: boolean;
  right: boolean;
  /** How far in it stands, if its line is quiet. */
  indent?: number;
};

/** How a block stands in its text. `inline`: something else stands on the line of its first tag. */
type BlockLines = { inline: boolean; node: Wrapped };

type SourcePiece = Content | Tag;

/** A part of a content on one line. */
type Segment = { content: Content; from: number; to: number };

/** Blocks that give one value, which stays where the first tag stands. */
const VALUE_BLOCKS: ReadonlySet<string> = new Set(['yaml', 'json']);

/**
 * Takes white space out of the contents of a template: what `~` cuts off, and lines of tags. Partials on such lines
 * get the indentation of the line, and are marked as alone.
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
      // Handlebars' parser gives each an indentation only when its own pass runs.
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
 * Cuts what a line of tags would print.
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
  // Only the tag that begins a block says how it stands, and it comes before the others.
  const isInline =
    tags.some(({ tag: { kind, block } }) => (kind === 'else' || kind === 'close') && block?.inline === true) ||
    (joinsBefore && first?.kind === 'open');
  for (const { tag } of tags) {
    if (tag.kind === 'open' && tag.block !== undefined) tag.block.inline = !isQuiet || isInline;
  }
  if (!isQuiet) return;
  const last = segments.at(-1);
  const newline = last !== undefined && last.content.original.charAt(last.to - 1) === '\n' ? last : undefined;
  // The line that such a tag ends is still to be ended where it began, unless its block ends it.
  if (joinsBefore && first !== undefined && first.kind === 'else' && first.block?.inline === false) first.left = false;
  if (isInline || (joinsBefore && first?.kind === 'close' && !isLast)) {
    // The line that the block begins on has no end of its own where the block prints nothing: this line's end is it.
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

/** Cuts the blanks before the first tag of a line, and the newline before them. */
function cutBefore(segments: readonly Segment[], count: number, cuts: Cuts): void {
  for (const segment of segments.slice(0, count)) {
    const { content, from, to } = segment;
    const before = content.original.slice(0, from);
    const newline = before.endsWith('\r\n') ? 2 : before.endsWith('\n') ? 1 : 0;
    if (to < content.original.length || from - newline < cutsOf(content, cuts).front) cut(segment, cuts);
    else cut({ content, from: from - newline, to }, cuts);
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

/** `~` takes all white space up to the next tag or text. */
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
      // What stands behind two such tags stands where the first one does.
      if (next !== undefined && 'kind' in next && blanks === after.original && next.indent !== undefined)
        next.indent = kept;
    }
  }
}
