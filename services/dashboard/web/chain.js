// An option chain by expiry, and the smile of its implied volatilities.
import {percentCell, select} from './columns.js';
import {card, el, show} from './dom.js';
import {amount, decimalsOf, exact, timeText} from './format.js';
import {Poll} from './poll.js';
import {Smile} from './smile.js';

const fields = [
  ['iv', (x) => percentCell(x.iv)],
  ['delta', (x) => amount(x.delta, 2)],
  ['bid', (x, decimals) => ({...amount(x.bid, decimals), tone: 'long'})],
  ['ask', (x, decimals) => ({...amount(x.ask, decimals), tone: 'short'})],
  ['mark', (x, decimals) => amount(x.mark, decimals)],
];
const extras = new Set(['iv', 'mark']); // where a phone has no room
const classOf = (name) => (extras.has(name) ? 'number extra' : 'number');
const cellOf = (side, write, decimals) => side ? write(side, decimals) : {text: '', tone: ''};

export class Chain {
  constructor({onMarket}) {
    this.onMarket = onMarket;
    this.which = select('underlying', []);
    this.expiry = select('expiry', []);
    this.forward = el('span', {class: 'muted'});
    this.body = el('tbody');
    const group = (name) => [el('th', {class: 'extra'}), el('th', {colspan: '3', class: 'group'}, name), el('th', {class: 'extra'})];
    const heads = [...fields.map(([x]) => x), 'strike', ...fields.map(([x]) => x).reverse()];
    this.table = el('table', {class: 'chain'}, el('thead', {},
      el('tr', {}, ...group('calls'), el('th'), ...group('puts')),
      el('tr', {}, ...heads.map((x) => el('th', {scope: 'col', class: classOf(x)}, x)))), this.body);
    this.scroll = el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'option chain'}, this.table);
    this.none = el('p', {class: 'nothing'}, 'no option is quoted');
    this.smile = new Smile();
    this.element = card('Option chain', 'options', el('div', {class: 'filters'}, this.which, this.expiry, this.forward), this.smile.element, this.scroll, this.none);
    this.chains = [];
    this.which.addEventListener('input', () => { this.fillExpiries(); this.rows.now(); });
    this.expiry.addEventListener('input', () => this.rows.now());
    this.lists = new Poll(5000, () => ({path: '/api/chains'}), (x) => this.takeLists(x));
    this.rows = new Poll(1000, () => this.question(), (x) => this.takeRows(x));
  }

  setShown(isShown) {
    this.lists.set(isShown);
    this.rows.set(isShown);
  }

  question() {
    const chosen = this.chains[Number(this.which.value)];
    return chosen && this.expiry.value ? {path: '/api/chain', query: {venue: chosen.venue, base: chosen.base, expiry_ms: this.expiry.value}} : null;
  }

  takeLists({chains}) {
    const shape = JSON.stringify(chains);
    if (shape === this.shape) return;
    const isFirst = this.chains.length === 0;
    this.shape = shape;
    this.chains = chains;
    const chosen = this.which.value;
    this.which.replaceChildren(...chains.map((x, i) => el('option', {value: String(i)}, `${x.base} · ${x.venue}`)));
    if (!isFirst && chosen < chains.length) this.which.value = chosen;
    this.fillExpiries();
    this.none.hidden = chains.length !== 0;
    if (isFirst) this.rows.now();
  }

  fillExpiries() {
    const chosen = this.expiry.value;
    const all = this.chains[Number(this.which.value)]?.expiries ?? [];
    this.expiry.replaceChildren(...all.map((x) => el('option', {value: String(x.at_ms)}, `${timeText(x.at_ms, true).slice(0, 10)} (${x.count})`)));
    if (all.some((x) => String(x.at_ms) === chosen)) this.expiry.value = chosen;
  }

  takeRows({strikes, underlying}) {
    this.forward.textContent = typeof underlying === 'number' ? `underlying ${amount(underlying, 2).text}` : '';
    const decimals = decimalsOf(strikes.flatMap(({call, put}) => [call, put].flatMap((x) => [x?.bid, x?.ask])));
    while (this.body.rows.length > strikes.length) this.body.lastElementChild.remove();
    strikes.forEach((row, i) => {
      const line = this.body.rows[i] ?? this.body.appendChild(this.newRow());
      const cells = [...line.cells];
      fields.forEach(([, write], k) => {
        show(cells[k], cellOf(row.call, write, decimals), true);
        show(cells[cells.length - 1 - k], cellOf(row.put, write, decimals), true);
      });
      const strike = cells[fields.length].firstChild;
      strike.textContent = exact(row.strike);
      line.dataset.call = row.call?.instrument ?? '';
      line.dataset.put = row.put?.instrument ?? '';
      line.classList.toggle('money', typeof underlying === 'number' && row.strike <= underlying && (strikes[i + 1]?.strike ?? Infinity) > underlying);
    });
    this.smile.update(strikes, underlying);
  }

  newRow() {
    const strike = el('th', {scope: 'row', class: 'number strike'}, '');
    const cells = () => fields.map(([name]) => el('td', {class: classOf(name)}));
    const line = el('tr', {}, ...cells(), strike, ...cells().reverse());
    line.addEventListener('click', (event) => {
      const isPut = event.target.closest('td')?.cellIndex > fields.length;
      const instrument = isPut ? line.dataset.put || line.dataset.call : line.dataset.call || line.dataset.put;
      if (instrument) this.onMarket(instrument);
    });
    return line;
  }
}
