// Colours of pictures, light and dark: those of the pages (a test compares them). Red and amber only where something is wrong.

export interface Palette {
  paper: string;
  ink: string;
  soft: string;
  line: string;
  faint: string;
  accent: string;
  accentFill: string;
  bad: string;
  warn: string;
}

export const LIGHT: Palette = {
  paper: '#faf9f6',
  ink: '#1b1e22',
  soft: '#5a616a',
  line: '#e3e1da',
  faint: '#eeece6',
  accent: '#0d6b74',
  accentFill: '#8ec5c8',
  bad: '#b3261e',
  warn: '#8a5300',
};

export const DARK: Palette = {
  paper: '#14171a',
  ink: '#e6e8ea',
  soft: '#9ba4ae',
  line: '#2c3239',
  faint: '#242a30',
  accent: '#56c7cf',
  accentFill: '#2f6d73',
  bad: '#ff8f85',
  warn: '#e6b35a',
};
