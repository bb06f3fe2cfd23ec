// Page script, part 10: what leads to a flame graph: rows of the table of functions, links to stalls; and what is folded away until it is asked for.
export const flamesScript = `
/** Opens whatever hides an element. */
function unfold(element) {
  for (let at = element; at !== null; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
}

function openStall(id) {
  const row = document.getElementById(id);
  if (row === null || !row.closest('.stalls')) return false;
  unfold(row);
  row.scrollIntoView({ block: 'start' });
  row.querySelector('summary').focus({ preventScroll: true });
  return true;
}

const stallOfHash = () => (location.hash.startsWith('#stall-') ? location.hash.slice(1) : null);

function findInFlame(text) {
  const graph = document.getElementById('flame-window');
  if (graph === null) return;
  graph.dispatchEvent(new CustomEvent('flame-search', { detail: text }));
  graph.scrollIntoView({ block: 'nearest' });
}

function listenForFlames() {
  document.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
    const link = event.target.closest('a[href^="#stall-"]');
    // The fragment is the browser's to set, so that its back button leads back; without a change of it nothing would open.
    if (link !== null && link.getAttribute('href') === location.hash) openStall(location.hash.slice(1));
    const row = event.target.closest('table.functions tr');
    const find = row && row.querySelector('[data-find]');
    if (find && String(getSelection()) === '') findInFlame(find.dataset.find);
  });
  // A graph is drawn for the screen's width; with a view box it scales to the paper's.
  addEventListener('beforeprint', () => {
    for (const drawing of document.querySelectorAll('.flame-view > svg')) drawing.setAttribute('viewBox', '0 0 ' + drawing.getAttribute('width') + ' ' + drawing.getAttribute('height'));
  });
  for (const button of document.querySelectorAll('[data-shows]')) {
    const rest = button.parentElement.querySelector('table.' + button.dataset.shows + ' tbody.rest');
    rest.hidden = true;
    button.hidden = false;
    button.addEventListener('click', () => {
      rest.hidden = false;
      button.hidden = true;
      rest.querySelector('button, a').focus();
    });
  }
}
`;
