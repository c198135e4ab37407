// The widgets of a layout (libs/strategy/include/strategy/widgets.hpp). Each is {element, isWide, update(state, changed)}.
import {Chart, valueText} from './chart.js';
import {card, el, show} from './dom.js';
import {dash, formatted, isNumeric, labelOf, shortened, timeText} from './format.js';
import {inWords} from './names.js';

function keyValue({title, items = []}) {
  const cells = items.map((item) => ({item, value: el('dd', {class: item.format?.kind === 'time' ? 'time' : undefined})}));
  const list = el('dl', {class: 'values'}, ...cells.map(({item, value}) => el('div', {}, el('dt', {title: item.label}, item.label), value)));
  return {
    element: card(title, 'key-value', list),
    isWide: true,
    update(state) {
      for (const {item, value} of cells) showWorded(value, worded(state.get(item.value), item.format, item.value));
    },
  };
}

function chart(widget) {
  const series = widget.series ?? [];
  const values = series.map(() => el('b', {class: 'figure'}));
  const time = el('time');
  const legend = el('p', {class: 'legend'},
    ...series.map((x, i) => el('span', {class: `series series-${i % 6 + 1}`}, el('i'), x.label, ' ', values[i])), time);
  const box = el('div', {class: 'plot', role: 'img', 'aria-label': `chart of ${series.map((x) => x.label).join(', ')}`});
  const element = card(widget.title, 'chart', legend, box);
  const drawn = new Chart(box, {...widget, series}, (ms, ys) => {
    time.textContent = ms === undefined ? 'no data yet' : timeText(ms, true);
    ys.forEach((y, i) => {
      const {text} = valueText(y, widget.format ?? {kind: 'number', decimals: 4}, series[i].value);
      if (values[i].textContent !== text) values[i].textContent = text;
    });
  });
  return {
    element,
    update(state, changed) {
      if (!changed || series.some((x) => changed.has(x.value))) drawn.update(series.map((x) => state.get(x.value)));
    },
    destroy() { drawn.destroy(); },
  };
}

/// As formatted, with a market in words where its token says nothing.
function worded(value, format, field) {
  const words = typeof value === 'string' ? inWords(value) : value;
  const isInWords = words !== value;
  return {...formatted(words, format, field), title: isInWords ? value : '', isInWords};
}

function showWorded(target, made, isCalm) {
  show(target, made, isCalm);
  if (target.classList.contains('words') !== made.isInWords) target.classList.toggle('words', made.isInWords); // smaller, and may wrap
}

/// A time of today needs no date.
function cellText(value, format, field) {
  const made = worded(value, format, field);
  const today = new Date().toISOString().slice(0, 10);
  return format?.kind === 'time' && made.text.startsWith(today) ? {...made, text: made.text.slice(11)} : made;
}

const cellClass = (format) => format?.kind === 'time' ? 'time' : isNumeric(format) ? 'number' : undefined;

// `isNewestFirst` is ours, for the host's tables: a layout's table has the order its strategy gave it.
function table({title, value, columns = [], isNewestFirst}) {
  const body = el('tbody');
  const none = el('p', {class: 'nothing'}, 'none');
  const head = el('tr', {}, ...columns.map((c) => el('th', {scope: 'col', class: cellClass(c.format)}, c.label)));
  const grid = el('table', {}, el('thead', {}, head), body);
  const element = card(title, 'table', el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title || 'table'}, grid), none);
  return {
    element,
    update(state, changed) {
      if (changed && !changed.has(value)) return;
      const given = state.get(value);
      const data = Array.isArray(given) ? [...given] : [];
      if (isNewestFirst) data.reverse();
      grid.hidden = data.length === 0;
      none.hidden = data.length !== 0;
      while (body.rows.length > data.length) body.lastElementChild.remove();
      data.forEach((row, i) => {
        const line = body.rows[i] ?? body.appendChild(
          el('tr', {}, ...columns.map((c) => el('td', {class: cellClass(c.format)}))));
        const cells = columns.map((c) => cellText(row?.[c.field], c.format, c.field));
        const isAnother = cells.length > 0 && line.cells[0].textContent !== cells[0].text; // rows that move up are no news
        cells.forEach((x, k) => showWorded(line.cells[k], x, isAnother));
      });
    },
  };
}

const mostLines = 300;
const levels = ['info', 'warning', 'error'];

function log({title, value}) {
  const list = el('ol', {class: 'lines scroll', tabindex: '0', 'aria-label': title || 'log'});
  const none = el('p', {class: 'nothing'}, 'nothing yet');
  return {
    element: card(title, 'log', list, none),
    update(state, changed) {
      if (changed && !changed.has(value)) return;
      const given = state.get(value);
      const lines = (Array.isArray(given) ? given : []).slice(-mostLines).reverse(); // the newest on top
      none.hidden = lines.length !== 0;
      list.hidden = lines.length === 0;
      list.replaceChildren(...lines.map((line) => {
        const level = levels.includes(line?.level) ? line.level : 'info';
        return el('li', {'data-level': level}, el('time', {}, timeText(line?.time)), el('b', {}, level), el('span', {}, shortened(inWords(String(line?.text ?? dash)))));
      }));
    },
  };
}

function divider() { return {element: el('hr'), isWide: true, isBreak: true, update() {}}; }

function unknown(widget) {
  return {element: card('', 'unknown', el('p', {class: 'nothing'}, `a widget this page does not know: ${widget?.widget}`)), update() {}};
}

const kinds = new Map(Object.entries({key_value: keyValue, chart, table, log, divider}));

/// Without a layout: a card of all that is a number or a text.
function derivedLayout(state) {
  const items = [];
  for (const [key, value] of state) {
    if (key === 'host' || (typeof value === 'object' && value !== null)) continue;
    if (typeof value === 'number' || value === null) items.push({label: labelOf(key), value: key});
  }
  return items.length ? [{widget: 'key_value', title: '', items}] : [];
}

/// What the host of every strategy adds under the key "host", as far as it is there.
function hostLayout(host) {
  const made = [];
  const items = Object.entries(host).filter(([, value]) => value === null || typeof value !== 'object');
  if (items.length) made.push({widget: 'divider'}, {widget: 'key_value', title: 'Host', items: items.map(([key]) => ({label: labelOf(key), value: key}))});
  for (const [key, value] of Object.entries(host)) {
    if (!Array.isArray(value) || !value.length || typeof value[0] !== 'object' || value[0] === null) continue;
    if ('time' in value[0] && 'text' in value[0]) {
      made.push({widget: 'log', title: labelOf(key), value: key});
    } else if (!Array.isArray(value[0])) {
      const columns = Object.entries(value[0]).map(([field, sample]) => ({label: labelOf(field), field, format:
        field === 'time' ? {kind: 'time'} : typeof sample === 'number' ? {kind: 'plain'} : undefined}));
      made.push({widget: 'table', title: labelOf(key), value: key, columns, isNewestFirst: true});
    }
  }
  return made;
}

const shapeOf = (layout) => JSON.stringify(layout);

/// All widgets of one strategy, kept up to date in `grid`.
export class Board {
  constructor(grid) {
    this.grid = grid;
    this.own = {shape: '', widgets: []};
    this.host = {shape: '', widgets: []};
  }

  update({schema, state}, changed) {
    const layout = schema.length ? schema : derivedLayout(state);
    const host = state.get('host');
    const isObject = typeof host === 'object' && host !== null && !Array.isArray(host);
    const hostShape = isObject ? hostLayout(host) : [];
    const isRebuilt = this.rebuild(this.own, layout) | this.rebuild(this.host, hostShape);
    if (isRebuilt) this.arrange();
    for (const x of this.own.widgets) x.update(state, isRebuilt ? null : changed);
    if (isObject && (isRebuilt || !changed || changed.has('host'))) {
      const values = new Map(Object.entries(host));
      for (const x of this.host.widgets) x.update(values, null);
    }
  }

  rebuild(part, layout) {
    const shape = shapeOf(layout);
    if (part.shape === shape) return false;
    for (const x of part.widgets) x.destroy?.();
    part.shape = shape;
    part.widgets = layout.map((widget) => (kinds.get(widget?.widget) ?? unknown)(widget));
    return true;
  }

  // Two columns where there is room. Of an odd number of half-wide widgets in a row the last gets the whole width.
  arrange() {
    const all = [...this.own.widgets, ...this.host.widgets];
    let run = [];
    const close = () => { run.forEach((x, i) => x.element.classList.toggle('wide', run.length % 2 === 1 && i === run.length - 1)); run = []; };
    for (const x of all) {
      if (!x.isWide) { run.push(x); continue; }
      close();
      x.element.classList.add('wide');
    }
    close();
    this.grid.replaceChildren(...all.map((x) => x.element));
  }

  destroy() { for (const x of [...this.own.widgets, ...this.host.widgets]) x.destroy?.(); }
}
