// Orders and fills, filtered by the server.
import {exactCell, instrumentCell, select, sideCell, statusCell, timeCell} from './columns.js';
import {DataTable} from './data_table.js';
import {card, el} from './dom.js';
import {amount, exact, moneyDecimals, shortened} from './format.js';
import {Poll} from './poll.js';

const orderStates = [['', 'any state'], ['open', 'open'], ['pending', 'pending'], ['partially_filled', 'partially filled'], ['filled', 'filled'], ['cancelled', 'cancelled'], ['rejected', 'rejected'], ['expired', 'expired'], ['unknown', 'unknown']];

export class Trades {
  constructor({onMarket}) {
    this.venue = select('venue', [['', 'all venues'], ['deribit', 'Deribit'], ['derive', 'Derive'], ['polymarket', 'Polymarket']]);
    this.strategy = select('strategy', [['', 'all strategies']]);
    this.state = select('state of orders', orderStates);
    this.text = el('input', {type: 'search', placeholder: 'instrument', 'aria-label': 'instrument', maxlength: '100'});
    this.fault = el('p', {class: 'fault', role: 'alert', hidden: ''});
    this.orders = new DataTable('orders', [
      {label: 'time', class: 'time at-time', cell: (x) => timeCell(x.venue_ms)},
      {label: 'instrument', class: 'at-what', cell: instrumentCell, isWide: true},
      {label: 'side', class: 'at-side', cell: (x) => sideCell(x.side)},
      {label: 'limit', class: 'at-price', isNumber: true, cell: (x) => exactCell(x.limit)},
      {label: 'size', class: 'at-size', isNumber: true, cell: (x) => exact(x.size)},
      {label: 'filled', class: 'at-part', isNumber: true, cell: (x) => exact(x.filled)},
      {label: 'state', class: 'at-state', cell: (x) => ['unknown', 'rejected'].includes(x.state) ? statusCell('warning', x.state) : x.state.replace('_', ' ')},
      {label: 'strategy', class: 'at-strategy', cell: (x) => x.strategy},
      {label: 'type', class: 'at-kind', cell: (x) => x.type ?? ''},
      {label: 'reason', class: 'wrap at-reason', cell: (x) => ({text: shortened(x.reason), tone: 'none', title: x.reason})},
    ], {none: 'no such order', stacks: true, onPick: (x) => onMarket(x.instrument)});
    this.fills = new DataTable('fills', [
      {label: 'time', class: 'time at-time', cell: (x) => timeCell(x.venue_ms)},
      {label: 'instrument', class: 'at-what', cell: instrumentCell, isWide: true},
      {label: 'side', class: 'at-side', cell: (x) => sideCell(x.side)},
      {label: 'price', class: 'at-price', isNumber: true, cell: (x) => exact(x.price)},
      {label: 'size', class: 'at-size', isNumber: true, cell: (x) => exact(x.size)},
      {label: 'fee', class: 'at-state', isNumber: true, cell: (x) => amount(x.fee, moneyDecimals(x.currency))},
      {label: '', class: 'at-part', cell: (x) => ({text: x.currency, tone: 'none'})},
      {label: 'strategy', class: 'at-strategy', cell: (x) => x.strategy},
      {label: 'as', class: 'at-kind', cell: (x) => x.liquidity},
      {label: 'why', class: 'extra', cell: (x) => ({text: x.reason, tone: 'none'})},
    ], {none: 'no such fill', stacks: true, onPick: (x) => onMarket(x.instrument)});
    const filters = el('form', {class: 'filters', role: 'search'}, this.venue, this.strategy, this.text, this.state);
    filters.addEventListener('submit', (event) => event.preventDefault());
    filters.addEventListener('input', () => { this.orderPoll.now(); this.fillPoll.now(); });
    this.element = el('div', {}, filters, this.fault,
      el('div', {class: 'grid'}, card('Orders', 'wide', this.orders.element), card('Fills', 'wide', this.fills.element)));
    const query = () => ({venue: this.venue.value, strategy: this.strategy.value, text: this.text.value, limit: 200});
    const onFault = (x) => { this.fault.textContent = x.message; this.fault.hidden = false; };
    const taking = (table) => (rows) => { this.fault.hidden = true; table.update(rows); };
    this.orderPoll = new Poll(1000, () => ({path: '/api/orders', query: {...query(), state: this.state.value}}), taking(this.orders), onFault);
    this.fillPoll = new Poll(1000, () => ({path: '/api/fills', query: query()}), taking(this.fills), onFault);
  }

  setShown(isShown) {
    this.orderPoll.set(isShown);
    this.fillPoll.set(isShown);
  }

  update(store) {
    const names = store.names();
    const known = [...this.strategy.options].slice(1).map((x) => x.value);
    if (names.join('\n') === known.join('\n')) return;
    const chosen = this.strategy.value;
    this.strategy.replaceChildren(el('option', {value: ''}, 'all strategies'), ...names.map((x) => el('option', {value: x}, x)));
    this.strategy.value = names.includes(chosen) ? chosen : '';
  }
}
