/** What the search keeps of a leaf that has templates. */
export interface LeafPlace {
  /** First of the places of its tokens; those of different leaves do not overlap. */
  readonly base: number;
  templates: number;
  /** (tokens) how many templates are anchored at each, and have a constant there. */
  readonly anchors: Int32Array;
  readonly constants: Int32Array;
  /** Templates without a constant token, in order of creation. */
  readonly bare: number[];
}
