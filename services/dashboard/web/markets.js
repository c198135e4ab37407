// Markets: search through the catalog and the live quotes, option chains with their smile, one book as a ladder.
import {ageCell, exactCell, instrumentCell, percentCell, priceCells, select, statusCell, trustCell} from './columns.js';
import {DataTable} from './data_table.js';
import {card, el} from './dom.js';
import {amount, dash, exact, timeText} from './format.js';
import {Ladder} from './ladder.js';
import {Chain} from './chain.js';
import {Poll} from './poll.js';

const most = 60; // rows of a search

export class Markets {
  constructor({now}) {
    this.text = el('input', {type: 'search', placeholder: 'search markets: btc call, bitcoin above …', 'aria-label': 'search markets', maxlength: '100'});
    this.venue = select('venue', [['', 'all venues'], ['deribit', 'Deribit'], ['derive', 'Derive'], ['polymarket', 'Polymarket']]);
    this.note = el('p', {class: 'nothing', 'aria-live': 'polite'});
    this.fault = el('p', {class: 'fault', role: 'alert', hidden: ''});
    this.quotes = new DataTable('live quotes', [
      {label: 'instrument', cell: instrumentCell, isWide: true},
      {label: 'bid size', class: 'extra', isNumber: true, cell: (x) => exactCell(x.bid_size)},
      {label: 'bid', isNumber: true, cell: (x) => ({...priceCells(x.bid, x.ask, x.last)[0], tone: 'long'})},
      {label: 'ask', isNumber: true, cell: (x) => ({...priceCells(x.ask, x.bid, x.last)[0], tone: 'short'})},
      {label: 'ask size', class: 'extra', isNumber: true, cell: (x) => exactCell(x.ask_size)},
      {label: 'last', class: 'extra', isNumber: true, cell: (x) => priceCells(x.last, x.bid, x.ask)[0]},
      {label: 'mark', class: 'extra', isNumber: true, cell: (x) => amount(x.mark, x.mark < 10 ? 4 : 2)},
      {label: 'iv %', class: 'extra', isNumber: true, cell: (x) => percentCell(x.iv)},
      {label: 'delta', class: 'extra', isNumber: true, cell: (x) => amount(x.delta, 3)},
      {label: 'open interest', class: 'extra', isNumber: true, cell: (x) => amount(x.open_interest, 0)},
      {label: 'age', class: 'extra', isNumber: true, cell: (x) => ageCell(x.received_ms, now(), 60_000)},
      {label: 'trust', cell: (x) => trustCell(x.trust)},
    ], {none: 'no live quote fits', onPick: (x) => this.show(x.instrument)});
    this.found = new DataTable('markets of the catalog', [
      {label: 'market', class: 'whole', cell: (x) => ({text: x.title, tone: '', title: x.id})},
      {label: 'venue', cell: (x) => x.venue},
      {label: 'kind', class: 'extra', cell: (x) => x.kind.replace('_', ' ')},
      {label: 'ends (UTC)', class: 'time extra', cell: (x) => (x.end_ms > 0 ? timeText(x.end_ms, true).slice(0, 16) : dash)},
      {label: 'volume $', class: 'extra', isNumber: true, cell: (x) => amount(x.volume, 0)},
      {label: 'trading', class: 'extra', cell: (x) => x.is_tradable ? statusCell('good', 'open') : statusCell('off', 'closed')},
      {label: 'look at', make: (row, cell) => this.lookAt(row, cell)},
    ], {none: 'the catalog has no such market', onPick: (x) => this.show(x.instruments[0].instrument)});
    this.foundCard = card('Catalog', 'wide', this.found.element);
    this.quoteCard = card('Live quotes', 'wide', this.quotes.element);
    this.ladder = new Ladder({now});
    this.chain = new Chain({onMarket: (x) => this.show(x)});
    const filters = el('form', {class: 'filters', role: 'search'}, this.text, this.venue, this.note);
    filters.addEventListener('submit', (event) => event.preventDefault());
    filters.addEventListener('input', () => this.poll.now());
    this.element = el('div', {}, filters, this.fault,
      this.grid = el('div', {class: 'grid'}, this.foundCard, this.ladder.element, this.chain.element, this.quoteCard));
    this.poll = new Poll(1000, () => ({path: '/api/catalog/search', query: {text: this.text.value, venue: this.venue.value, limit: most}}),
      (x) => this.take(x), (x) => { this.fault.textContent = x.message; this.fault.hidden = false; });
  }

  lookAt(row, cell) {
    if (cell.dataset.of === row.id) return;
    cell.dataset.of = row.id;
    cell.replaceChildren(...row.instruments.map((x) => {
      const made = el('button', {type: 'button', class: 'small'}, x.label || 'book');
      made.addEventListener('click', () => this.show(x.instrument));
      return made;
    }));
  }

  take({has_catalog, markets, on_bus}) {
    this.fault.hidden = true;
    this.arrange(this.text.value !== '', has_catalog);
    this.found.update(markets);
    this.quotes.update(on_bus.quotes);
    if (!this.ladder.instrument && on_bus.quotes.length) this.ladder.show(on_bus.quotes[0].instrument);
    const {total, quotes} = on_bus;
    const live = quotes.length < total ? `the first ${quotes.length} of ${exact(total)} live` : `${total} live`;
    const found = `${markets.length}${markets.length === most ? ' or more' : ''} of the catalog`;
    this.note.textContent = has_catalog && this.text.value !== '' ? `${live}, ${found}` : live;
  }

  /// What was searched for comes first; else what is looked at does.
  arrange(isSearch, hasCatalog) {
    this.foundCard.hidden = !hasCatalog || !isSearch;
    if (isSearch === this.isSearch) return;
    this.isSearch = isSearch;
    if (isSearch) this.foundCard.after(this.quoteCard);
    else this.grid.append(this.quoteCard);
  }

  show(instrument) {
    this.ladder.show(instrument);
    const {top} = this.ladder.element.getBoundingClientRect();
    if (this.isShown && (top < 0 || top > innerHeight / 2)) this.ladder.element.scrollIntoView();
  }

  setShown(isShown) {
    this.isShown = isShown;
    this.poll.set(isShown);
    this.ladder.setShown(isShown);
    this.chain.setShown(isShown);
  }
}
