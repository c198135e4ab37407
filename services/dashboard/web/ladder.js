// One market: its touch, its book with the depth at each price, its last trade.
import {ageCell, instrumentCell, percentCell, trustCell} from './columns.js';
import {card, el, show} from './dom.js';
import {amount, dash, decimalsOf, exact} from './format.js';
import {Poll} from './poll.js';

const depth = 10;

function fact(label) {
  const value = el('dd');
  return {value, element: el('div', {}, el('dt', {}, label), value)};
}

function level(side) {
  const parts = {sum: el('td', {class: 'number muted'}), size: el('td', {class: 'number'}), price: el('td', {class: `number ${side}`}), bar: el('i', {class: `bar ${side}`})};
  const barCell = el('td', {class: 'depth'}, parts.bar);
  return {...parts, line: el('tr', {}, parts.price, parts.size, parts.sum, barCell)};
}

export class Ladder {
  constructor({now}) {
    this.now = now;
    this.instrument = null;
    this.title = el('b', {class: 'title'}, 'no market chosen');
    this.note = el('p', {class: 'nothing'}, 'Choose a market below, in the chain, or among the positions.');
    this.facts = {trust: fact('book'), age: fact('age'), mark: fact('mark'), last: fact('last trade'), spread: fact('spread'), iv: fact('iv'), tick: fact('tick'), lot: fact('lot')};
    this.asks = Array.from({length: depth}, () => level('ask')).reverse(); // the best last, next to the bids
    this.bids = Array.from({length: depth}, () => level('bid'));
    this.mid = el('td', {colspan: '4', class: 'mid'});
    this.table = el('table', {class: 'ladder', 'aria-label': 'order book', hidden: ''},
      el('thead', {}, el('tr', {}, ...['price', 'size', 'total', 'depth'].map((x) => el('th', {scope: 'col', class: x === 'depth' ? undefined : 'number'}, x)))),
      el('tbody', {}, ...this.asks.map((x) => x.line), el('tr', {}, this.mid), ...this.bids.map((x) => x.line)));
    this.element = card('Book', 'book', el('p', {class: 'chosen'}, this.title), this.list = el('dl', {class: 'facts', hidden: ''}, ...Object.values(this.facts).map((x) => x.element)), this.note, this.table);
    this.poll = new Poll(500, () => this.instrument && {path: '/api/market', query: {instrument: this.instrument, depth}},
      (x) => this.take(x), (x) => { this.note.textContent = x.message; this.note.hidden = false; this.table.hidden = this.list.hidden = true; });
  }

  show(instrument) {
    this.instrument = instrument;
    this.title.textContent = instrumentCell({instrument}).text;
    this.table.hidden = this.list.hidden = true;
    this.poll.now();
  }

  setShown(isShown) { this.poll.set(isShown); }

  take({quote, book, trade, rules}) {
    this.list.hidden = false;
    this.title.textContent = instrumentCell(quote).text;
    this.title.title = quote.instrument;
    const set = (name, text, tone = '') => show(this.facts[name].value, {text, tone}, name !== 'last');
    const trust = trustCell(book ? book.trust : quote.trust);
    set('trust', trust.text, trust.tone);
    const age = ageCell(book ? book.changed_ms : quote.received_ms, this.now(), 60_000);
    set('age', age.text, age.tone);
    set('mark', amount(quote.mark, quote.mark < 10 ? 4 : 2).text);
    set('last', trade ? `${trade.aggressor ? trade.aggressor + ' ' : ''}${exact(trade.size)} at ${exact(trade.price)}` : exact(quote.last));
    set('iv', percentCell(quote.iv).text + ' %');
    this.facts.iv.element.hidden = typeof quote.iv !== 'number';
    set('tick', exact(rules.tick));
    set('lot', exact(rules.lot));
    const touch = (price, size) => typeof price === 'number' ? [[price, size]] : [];
    const bids = book?.bids ?? touch(quote.bid, quote.bid_size);
    const asks = book?.asks ?? touch(quote.ask, quote.ask_size);
    const spread = bids.length && asks.length ? asks[0][0] - bids[0][0] : null;
    set('spread', exact(spread === null ? null : Number(spread.toFixed(9))));
    const total = (levels) => levels.slice(0, depth).reduce((sum, [, size]) => sum + (size ?? 0), 0);
    const most = Math.max(total(bids), total(asks), 1e-12);
    const decimals = decimalsOf([...bids, ...asks].map(([price]) => price));
    const fill = (rows, levels) => {
      let sum = 0;
      rows.forEach((row, i) => {
        const [price, size] = levels[i] ?? [];
        sum += size ?? 0;
        row.line.hidden = !book && price === undefined; // the rows of a book stay: nothing jumps
        row.price.textContent = price === undefined ? '' : amount(price, decimals).text;
        row.size.textContent = price === undefined ? '' : exact(size ?? null);
        row.sum.textContent = price === undefined ? '' : exact(Number(sum.toFixed(9)));
        row.bar.style.width = price === undefined ? '0' : `${100 * sum / most}%`;
      });
    };
    fill(this.bids, bids);
    fill([...this.asks].reverse(), asks);
    this.mid.textContent = spread === null ? dash : `mid ${exact(Number(((asks[0][0] + bids[0][0]) / 2).toFixed(9)))}`;
    this.note.hidden = Boolean(book);
    this.note.textContent = 'Only the touch: the book is on its way, or the venue has none.';
    this.table.hidden = bids.length + asks.length === 0;
  }
}
