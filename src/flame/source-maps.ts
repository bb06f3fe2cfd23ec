// Original positions of generated code; this first version knows none.
export interface OriginalPosition {
  file: string;
  line: number;
  column: number;
  function?: string;
}

export class SourceMaps {
  resolve(_url: string, _line: number, _column: number, _function?: string): OriginalPosition | null {
    return null;
  }
}
