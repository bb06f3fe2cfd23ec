// The page's one style sheet, put together from its parts; media rules last, because they override.

import { FLAME_STYLE } from '../../../flame/draw/html/flame-style.js';
import { tokensStyle } from '../../../flame/draw/page/tokens.js';
import { findingsStyle } from './findings.js';
import { listsStyle } from './lists.js';
import { mediaStyle } from './media.js';
import { memoryStyle } from './memory.js';
import { rowsStyle } from './rows.js';
import { sectionsStyle } from './sections.js';
import { timelinesStyle } from './timelines.js';

export const pageStyle = [
  tokensStyle,
  sectionsStyle,
  rowsStyle,
  timelinesStyle,
  FLAME_STYLE,
  listsStyle,
  findingsStyle,
  memoryStyle,
  mediaStyle,
].join('');
