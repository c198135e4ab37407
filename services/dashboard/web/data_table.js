// A table of objects, kept up to date in place, so that nothing jumps and a selection stays.
import {el, show} from './dom.js';

const asCell = (x) => typeof x === 'object' && x !== null ? x : {text: x === undefined || x === null ? '' : String(x), tone: ''};

export class DataTable {
  /// columns: [{label, cell: (row) => text or {text, tone, title}, isNumber, isWide, title, make: (row) => element}]
  /// onPick(row): rows can be chosen, by mouse and by Enter
  /// stacks: on a phone a row takes several lines; columns say where they stand by their class, at-what, at-price ...
  constructor(label, columns, {none = 'none', onPick = null, stacks = false, most = 500} = {}) {
    this.columns = columns;
    this.onPick = onPick;
    this.most = most;
    this.rows = [];
    this.body = el('tbody');
    this.none = el('p', {class: 'nothing'}, none);
    const head = el('tr', {}, ...columns.map((c) => el('th', {scope: 'col', class: this.classOf(c), title: c.title}, c.label)));
    this.grid = el('table', {class: [onPick ? 'pick' : '', stacks ? 'stack' : ''].filter(Boolean).join(' ') || undefined}, el('thead', {}, head), this.body);
    this.scroll = el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label}, this.grid);
    this.element = el('div', {class: 'data'}, this.scroll, this.none);
    if (!onPick) return;
    const pick = (event) => {
      const line = event.target.closest('tbody tr');
      if (line && !event.target.closest('button')) onPick(this.rows[line.sectionRowIndex]);
    };
    this.body.addEventListener('click', pick);
    this.body.addEventListener('keydown', (event) => { if (event.key === 'Enter') pick(event); });
  }

  classOf(c) { return [c.isNumber ? 'number' : '', c.isWide ? 'wide-cell' : '', c.class ?? ''].filter(Boolean).join(' ') || undefined; }

  update(rows) {
    this.rows = rows.slice(0, this.most);
    this.scroll.hidden = this.rows.length === 0;
    this.none.hidden = this.rows.length !== 0;
    while (this.body.rows.length > this.rows.length) this.body.lastElementChild.remove();
    this.rows.forEach((row, i) => {
      const line = this.body.rows[i] ?? this.body.appendChild(el('tr', {tabindex: this.onPick ? '0' : undefined},
        ...this.columns.map((c) => el('td', {class: this.classOf(c), 'data-label': c.label}))));
      this.columns.forEach((c, k) => {
        const cell = line.cells[k];
        if (c.make) return c.make(row, cell);
        const made = asCell(c.cell(row));
        show(cell, {text: made.text, tone: made.tone ?? ''}, true);
        if (made.title !== undefined && cell.title !== made.title) cell.title = made.title;
      });
    });
  }
}
