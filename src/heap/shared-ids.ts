// Whether the ids of two snapshots mean the same objects. V8 numbers every process from the same start, and starts anew whenever a session of the
// inspector ends, whatever it was for: ids are then shared by chance, and what they name differs.

/** Ids that both snapshots have, and what they name in each. */
export interface SharedIds {
  count: number;
  /** Of them: objects of another class. */
  otherClass: number;
  /** Of the others: strings, and of these, those of another size. */
  strings: number;
  otherStrings: number;
}

/** An object keeps its class; but for objects whose prototype is replaced, and elements of a page that are detached. */
const OTHER_CLASS_RATIO_MAX = 0.01;
/** A string keeps its size. Two processes of one program, with the same objects in the same order, have one in ten of another size (Node.js 20 to 26: 10 to 63 %). */
const OTHER_STRINGS_RATIO_MAX = 0.03;
/** What Node.js itself keeps for good is more than this, whatever has come and gone; fewer where the heap is small. */
const SHARED_MIN = 1000;
const SHARED_RATIO_MIN = 0.01;

/** `smallerCount`: nodes of the smaller snapshot. */
export function comparableIds({ count, otherClass, strings, otherStrings }: SharedIds, smallerCount: number): boolean {
  if (count < Math.min(SHARED_MIN, SHARED_RATIO_MIN * smallerCount)) return false;
  return otherClass <= OTHER_CLASS_RATIO_MAX * count && otherStrings <= OTHER_STRINGS_RATIO_MAX * strings;
}

/** A string that becomes a key gives way to a reference of this size at the most: the same object, though smaller. */
const REFERENCE_BYTES_MAX = 24;

export const isOtherString = (earlierBytes: number, laterBytes: number): boolean => laterBytes !== earlierBytes && laterBytes > REFERENCE_BYTES_MAX;
