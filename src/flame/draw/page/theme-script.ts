// Page script: the button that switches between dark and light, and remembers it.
export const themeScript = `
function themeToggle() {
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const remember = (theme) => {
    // Storage may be closed to pages from disk; the choice then lasts as long as the page.
    try {
      if (theme !== undefined) localStorage.setItem('pitot-theme', theme);
      return localStorage.getItem('pitot-theme');
    } catch {
      return null;
    }
  };
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Switch to light colours' : 'Switch to dark colours');
  };
  const kept = remember();
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    show();
  });
  dark.addEventListener('change', show);
  show();
}
`;
