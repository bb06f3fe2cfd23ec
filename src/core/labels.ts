// What sets instruments of one name apart.

/** Label names and values of a path, counter or gauge. */
export interface Labels {
  [name: string]: string;
}
