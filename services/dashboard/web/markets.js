// Markets: search through the catalog and what is on the bus, option chains with their smile, one book as a ladder.
import {ageCell, exactCell, instrumentCell, percentCell, select, trustCell} from './columns.js';
import {DataTable} from './data_table.js';
import {card, el} from './dom.js';
import {amount, exact} from './format.js';
import {Ladder} from './ladder.js';
import {Chain} from './chain.js';
import {Poll} from './poll.js';

export class Markets {
  constructor({now}) {
    this.text = el('input', {type: 'search', placeholder: 'search markets: btc call, bitcoin above …', 'aria-label': 'search markets', maxlength: '100'});
    this.venue = select('venue', [['', 'all venues'], ['deribit', 'Deribit'], ['derive', 'Derive'], ['polymarket', 'Polymarket']]);
    this.note = el('p', {class: 'nothing', 'aria-live': 'polite'});
    this.fault = el('p', {class: 'fault', role: 'alert', hidden: ''});
    this.quotes = new DataTable('live quotes', [
      {label: 'instrument', cell: instrumentCell, isWide: true},
      {label: 'bid size', isNumber: true, cell: (x) => exactCell(x.bid_size)},
      {label: 'bid', isNumber: true, cell: (x) => ({...exactCell(x.bid), tone: 'long'})},
      {label: 'ask', isNumber: true, cell: (x) => ({...exactCell(x.ask), tone: 'short'})},
      {label: 'ask size', isNumber: true, cell: (x) => exactCell(x.ask_size)},
      {label: 'last', isNumber: true, cell: (x) => exactCell(x.last)},
      {label: 'mark', isNumber: true, cell: (x) => amount(x.mark, x.mark < 10 ? 4 : 2)},
      {label: 'iv %', isNumber: true, cell: (x) => percentCell(x.iv)},
      {label: 'delta', isNumber: true, cell: (x) => amount(x.delta, 3)},
      {label: 'open interest', isNumber: true, cell: (x) => amount(x.open_interest, 0)},
      {label: 'age', isNumber: true, cell: (x) => ageCell(x.received_ms, now(), 60_000)},
      {label: 'trust', cell: (x) => trustCell(x.trust)},
    ], {none: 'nothing on the bus fits', onPick: (x) => this.show(x.instrument)});
    this.found = new DataTable('markets of the catalog', [
      {label: 'market', cell: (x) => ({text: x.title, tone: '', title: x.id}), isWide: true},
      {label: 'venue', cell: (x) => x.venue},
      {label: 'kind', cell: (x) => x.kind},
      {label: 'open', cell: (x) => x.is_tradable ? 'yes' : 'no'},
      {label: 'look at', cell: () => '', make: (row, cell) => this.lookAt(row, cell)},
    ], {none: 'the catalog has no such market'});
    this.foundCard = card('Catalog', 'wide', this.found.element);
    this.ladder = new Ladder({now});
    this.chain = new Chain({onMarket: (x) => this.show(x)});
    const filters = el('form', {class: 'filters', role: 'search'}, this.text, this.venue, this.note);
    filters.addEventListener('submit', (event) => event.preventDefault());
    filters.addEventListener('input', () => this.poll.now());
    this.element = el('div', {}, filters, this.fault,
      el('div', {class: 'grid'}, this.ladder.element, this.chain.element, this.foundCard, card('On the bus', 'wide', this.quotes.element)));
    this.poll = new Poll(1000, () => ({path: '/api/catalog/search', query: {text: this.text.value, venue: this.venue.value, limit: 60}}),
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
    this.foundCard.hidden = !has_catalog || this.text.value === '';
    this.found.update(markets);
    this.quotes.update(on_bus.quotes);
    if (!this.ladder.instrument && on_bus.quotes.length) this.ladder.show(on_bus.quotes[0].instrument);
    this.note.textContent = `${exact(on_bus.total)} on the bus${has_catalog ? `, ${markets.length} of the catalog` : ''}`;
  }

  show(instrument) {
    this.ladder.show(instrument);
    if (this.element.isConnected && this.isShown) this.ladder.element.scrollIntoView({block: 'nearest'});
  }

  setShown(isShown) {
    this.isShown = isShown;
    this.poll.set(isShown);
    this.ladder.setShown(isShown);
    this.chain.setShown(isShown);
  }
}
