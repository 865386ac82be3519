/** One part of a document on paper, from top to bottom. Texts are printed as they are: nothing in them is a command. */
export type PaperBlock =
  | { readonly kind: 'heading'; readonly text: string }
  /** The head of a second document on the same paper, after a `pageBreak`. */
  | { readonly kind: 'title'; readonly text: string; readonly documentNo?: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly indent?: boolean }
  /** Label and value, one pair below the other. */
  | { readonly kind: 'fields'; readonly fields: readonly (readonly [label: string, value: string])[] }
  /** Widths are shares of the page's width; the header row is repeated on every page. */
  | {
      readonly kind: 'table';
      readonly columns: readonly { readonly title: string; readonly width: number }[];
      readonly rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>;
    }
  /** Who signs and when, on the right. */
  | { readonly kind: 'signature'; readonly signer: string; readonly date: string }
  | { readonly kind: 'pageBreak' };

/** What `renderPaper` prints. */
export interface Paper {
  readonly title: string;
  /** Beside the title, for example the number of the document. */
  readonly documentNo?: string;
  /** At the foot of every page, beside the page's number: a verification code, or what this paper is not. */
  readonly footer?: string;
  /** When what it says was so: it stands in the file instead of the hour of printing, so that one document has one hash. */
  readonly madeAt: Date;
  readonly blocks: Iterable<PaperBlock> | AsyncIterable<PaperBlock>;
}
