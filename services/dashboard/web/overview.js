// The first page: is everything alive, what do I hold, am I making money, what did my strategies just do and why.
import {ageCell, exactCell, gammaCell, greekCell, instrumentCell, marks, moneyCell, percentCell, secondCell, sideCell, statusCell, trustCell} from './columns.js';
import {DataTable} from './data_table.js';
import {card, el, show} from './dom.js';
import {amount, dash, exact, moneyDecimals, shortened, timeText} from './format.js';
import {inWords, names} from './names.js';
import {Risk} from './risk.js';
import {conditionOf, resultOf} from './strategy_view.js';

function tile(label) {
  const value = el('strong', {}, dash);
  const note = el('span');
  return {value, note, element: el('div', {class: 'tile', 'aria-label': label, role: 'group'}, el('span', {class: 'label'}, label), value, note)};
}

function put({value, note, element}, level, text, more = '', tone = '') {
  show(value, {text: level ? `${marks[level]} ${text}` : text, tone}, true);
  if (note.textContent !== more) note.textContent = more;
  note.title = more;
  if (element.dataset.level !== level) element.dataset.level = level;
}

const counted = ({length}, one, many = one + 's') => `${length} ${length === 1 ? one : many}`;

const feedAge = (now) => (x) => ageCell(x.newest_ms, now(), 10_000);

/// Each feed with the counters of its gateway, where there is one.
const feedRows = (store) => store.section('feeds', []).map((x) => ({...x, gateway: store.section('services', []).find((y) => y.service === `gateway-${x.venue}`)?.counters}));

/// From when on profit counts, and whose is not complete.
function sinceText(profits) {
  if (!profits.length) return '';
  const missing = [...new Set(profits.filter((x) => !x.is_whole).map((x) => x.strategy))];
  return `counted since ${timeText(Math.min(...profits.map((x) => x.since_ms)), true)} UTC` + (missing.length ? `; something was missed of ${missing.join(', ')}` : '');
}

/// Money of several currencies in dollars; nothing if what one of them is worth is not known.
function inDollars(rows) {
  const known = rows.filter((x) => typeof x.dollars === 'number' || x.pnl === 0);
  return rows.length && known.length === rows.length ? known.reduce((sum, x) => sum + x.pnl * (x.dollars ?? 0), 0) : null;
}

/// The newest signals and log lines of all strategies.
function activity({strategies}, most = 60) {
  const lines = [];
  for (const [name, {state}] of strategies) {
    const host = state.get('host');
    const listOf = (key) => (Array.isArray(host?.[key]) ? host[key].filter((x) => typeof x === 'object' && x !== null) : []);
    for (const x of listOf('last_signals'))
      lines.push({time: x.time, strategy: name, level: 'signal', text: `${x.side ?? ''} ${x.instrument?.includes(':') ? instrumentCell({...x, name: names.of(x.instrument)}).text : x.instrument ?? ''}: ${x.reason ?? ''}`});
    for (const x of listOf('log')) lines.push({time: x.time, strategy: name, level: x.level, text: shortened(inWords(String(x.text ?? '')))});
  }
  return lines.sort((a, b) => (b.time ?? 0) - (a.time ?? 0)).slice(0, most);
}

export class Overview {
  /// now(): the server's clock, ms; onStrategy(name), onMarket(instrument), onResume({scope, name}): something was chosen
  constructor({now, onStrategy, onMarket, onResume}) {
    this.now = now;
    this.risk = new Risk({onResume});
    this.tiles = {alive: tile('Alive'), trading: tile('Trading'), pnl: tile('Profit and loss'), delta: tile('Net delta'), orders: tile('Orders')};
    this.services = new DataTable('services', [
      {label: 'service', cell: (x) => ({text: x.service, tone: '', title: x.instance}), isWide: true},
      {label: 'state', cell: (x) => x.late ? statusCell('bad', 'silent') : x.ready ? statusCell('good', 'ready') : statusCell('warning', 'not ready')},
      {label: 'heard', isNumber: true, cell: (x) => ageCell(x.beat_ms, now())},
      {label: 'instance', cell: (x) => ({text: x.instance, tone: 'none'})},
      {label: 'version', cell: (x) => ({text: x.version, tone: 'none'})},
    ], {none: 'no service has been heard of'});
    this.feeds = new DataTable('feeds', [
      {label: 'feed', cell: (x) => x.venue, isWide: true},
      {label: 'age', isNumber: true, cell: feedAge(now), title: 'since its newest event'},
      {label: 'events/s', isNumber: true, cell: (x) => amount(x.rate, 1)},
      {label: 'delay', isNumber: true, cell: (x) => amount(x.delay_ms, 0, {unit: 'ms'}), title: "from the venue's time to our receipt"},
      {label: 'gaps', isNumber: true, cell: (x) => ({text: exact(x.gaps + (x.gateway?.oddities_gap ?? 0)), tone: x.gaps ? 'warning' : ''}), title: 'losses seen on the bus, and by the gateway at its venue'},
      {label: 'reconnects', isNumber: true, cell: (x) => exactCell(x.gateway?.reconnects), title: 'sockets of the gateway to its venue that ended'},
      {label: 'trust', cell: (x) => x.stale ? statusCell('bad', `${x.stale} stale of ${x.live + x.resyncing + x.stale}`) : x.resyncing ? statusCell('warning', `${x.resyncing} resyncing`) : statusCell('good', `${x.live} live`)},
    ], {none: 'no market data has come yet'});
    this.equity = new DataTable('equity and profit', [
      {label: 'venue', cell: (x) => x.venue, isWide: true},
      {label: 'currency', cell: (x) => x.currency},
      {label: 'equity', isNumber: true, cell: (x) => amount(x.equity, moneyDecimals(x.currency))},
      {label: 'PnL', isNumber: true, cell: (x) => moneyCell(x.pnl, x.currency)},
      {label: 'realized', isNumber: true, cell: (x) => moneyCell(x.realized, x.currency)},
      {label: 'unrealized', isNumber: true, cell: (x) => moneyCell(x.unrealized, x.currency)},
      {label: 'fees', isNumber: true, cell: (x) => amount(x.fees, moneyDecimals(x.currency))},
    ], {none: 'nothing was traded yet'});
    this.exposure = new DataTable('exposure', [
      {label: 'underlying', cell: (x) => x.underlying, isWide: true},
      {label: 'price', isNumber: true, cell: (x) => amount(x.price, 2)},
      {label: 'net delta', isNumber: true, cell: (x) => greekCell(x.delta, 4)},
      {label: 'notional $', isNumber: true, cell: (x) => greekCell(x.notional, 0)},
      {label: 'gamma', isNumber: true, cell: (x) => gammaCell(x.gamma)},
      {label: 'vega', isNumber: true, cell: (x) => greekCell(x.vega, 2)},
      {label: 'theta', isNumber: true, cell: (x) => greekCell(x.theta, 2)},
      {label: 'by venue', cell: (x) => ({text: x.venues.map((y) => `${y.venue} ${amount(y.delta, 4, {isSide: true}).text}`).join(', ') + (x.unknown ? ` · ${x.unknown} without greeks` : ''), tone: x.unknown ? 'warning' : 'none'})},
    ], {none: 'flat'});
    this.positions = new DataTable('positions', [
      {label: 'instrument', cell: instrumentCell, isWide: true},
      {label: 'size', isNumber: true, cell: (x) => greekCell(x.size, undefined)},
      {label: 'average', class: 'extra', isNumber: true, cell: (x) => amount(x.average, x.average < 10 ? 4 : 2)},
      {label: 'mark', class: 'extra', isNumber: true, cell: (x) => amount(x.mark, x.mark < 10 ? 4 : 2)},
      {label: 'unrealized', isNumber: true, cell: (x) => moneyCell(x.unrealized, x.currency)},
      {label: 'realized', class: 'extra', isNumber: true, cell: (x) => moneyCell(x.realized, x.currency)},
      {label: '', cell: (x) => ({text: x.currency, tone: 'none'})},
      {label: 'delta', isNumber: true, cell: (x) => greekCell(x.delta, 4)},
      {label: 'gamma', isNumber: true, cell: (x) => gammaCell(x.gamma)},
      {label: 'vega', isNumber: true, cell: (x) => greekCell(x.vega, 2)},
      {label: 'theta', isNumber: true, cell: (x) => greekCell(x.theta, 2)},
      {label: 'iv %', isNumber: true, cell: (x) => percentCell(x.iv)},
      {label: 'quote', cell: (x) => trustCell(x.trust)},
      {label: 'strategy', class: 'brief', cell: (x) => ({text: x.strategy, tone: '', title: x.strategy})},
    ], {none: 'flat', onPick: (x) => onMarket(x.instrument)});
    this.orders = new DataTable('open orders', [
      {label: 'instrument', class: 'at-what', cell: instrumentCell, isWide: true},
      {label: 'side', class: 'at-side', cell: (x) => sideCell(x.side)},
      {label: 'limit', class: 'at-price', isNumber: true, cell: (x) => exactCell(x.limit)},
      {label: 'filled / size', class: 'at-size', isNumber: true, cell: (x) => `${exact(x.filled)} / ${exact(x.size)}`},
      {label: 'state', class: 'at-state', cell: (x) => x.state === 'unknown' ? statusCell('warning', x.state) : x.state.replace('_', ' ')},
      {label: 'strategy', class: 'brief at-strategy', cell: (x) => ({text: x.strategy, tone: '', title: x.strategy})},
      {label: 'time', class: 'time at-time', cell: (x) => secondCell(x.venue_ms)},
    ], {none: 'no open orders', stacks: true, onPick: (x) => onMarket(x.instrument)});
    this.strategies = new DataTable('strategies', [
      {label: 'strategy', cell: (x) => x.name, isWide: true},
      {label: 'state', cell: (x) => x.restriction ? statusCell(x.condition.level === 'bad' ? 'bad' : 'warning', `${x.condition.word}, ${x.restriction}`, x.reason) : statusCell(x.condition.level, x.condition.word, x.reason)},
      {label: 'PnL $', isNumber: true, cell: (x) => amount(x.dollars, 2, {isResult: true}), title: 'of its fills, after fees, open positions at the mark'},
      {label: 'its own', class: 'extra', isNumber: true, cell: (x) => x.result, title: 'what the strategy itself calls its profit'},
      {label: 'age', isNumber: true, cell: (x) => ageCell(x.received_ms, now())},
      {label: 'restarts', class: 'extra', isNumber: true, cell: (x) => ({text: String(x.restarts), tone: x.restarts ? 'warning' : ''})},
    ], {none: 'No strategy yet: they appear here by themselves with their first state.', onPick: (x) => onStrategy(x.name)});
    this.done = new DataTable('what the strategies did', [
      {label: 'time', class: 'time', cell: (x) => secondCell(x.time)},
      {label: 'what and why', class: 'wrap', cell: (x) => ({text: x.text ?? '', tone: ''})},
      {label: 'strategy', class: 'brief', cell: (x) => ({text: x.strategy, tone: '', title: x.strategy})},
      {label: '', cell: (x) => ({text: x.level, tone: {warning: 'warning', error: 'loss'}[x.level] ?? 'none'})},
    ], {none: 'nothing yet'});
    this.since = el('p', {class: 'nothing since'});
    this.controls = el('div', {class: 'controls'});
    this.element = el('div', {class: 'overview'},
      el('div', {class: 'tiles'}, ...Object.values(this.tiles).map((x) => x.element)),
      el('div', {class: 'grid'},
        card('Equity and profit', '', this.equity.element, this.since), card('Strategies', '', this.strategies.element),
        card('Exposure, netted by underlying', 'wide', this.exposure.element),
        card('Positions', 'wide', this.positions.element),
        card('Open orders', 'wide', this.orders.element), card('Just now', 'wide', this.done.element),
        card('Feeds', '', this.feeds.element), card('Services', '', this.services.element),
        card('Risk', 'wide', this.risk.element), card('Controls', 'wide', this.controls)));
  }

  update(store, isLive, mayAct) {
    const get = (name) => store.section(name, []);
    this.isLive = isLive;
    this.risk.update(store, mayAct);
    this.services.update(get('services'));
    this.feeds.update(feedRows(store));
    this.equity.update(get('equity'));
    this.since.textContent = sinceText(get('profits'));
    this.exposure.update(get('exposure'));
    this.positions.update(get('positions'));
    this.orders.update(get('orders'));
    this.done.update(activity(store));
    const rows = store.names().map((name) => {
      const x = store.strategies.get(name);
      return {...x.summary, name, condition: conditionOf(x, isLive), restriction: this.risk.restrictionOf(name), dollars: inDollars(get('profits').filter((y) => y.strategy === name)), result: resultOf(x), restarts: x.summary.restarts + x.summary.epochs};
    });
    this.strategies.update(rows);
    this.showTiles(store, rows, isLive);
  }

  /// Ages grow though nothing comes.
  tick(store) {
    if (!store.sections.size) return;
    this.services.update(store.section('services', []));
    this.feeds.update(feedRows(store));
    this.strategies.update(this.strategies.rows);
    this.showTiles(store, this.strategies.rows, this.isLive);
  }

  showTiles(store, rows, isLive) {
    const services = store.section('services', []);
    const feeds = store.section('feeds', []);
    const late = services.filter((x) => x.late || !x.ready).map((x) => x.service);
    const silent = feeds.filter((x) => x.newest_ms && this.now() - x.newest_ms > 10_000).map((x) => x.venue);
    const sick = rows.filter((x) => x.condition.level === 'warning' || x.condition.level === 'bad').map((x) => x.name);
    const faults = [...late, ...silent.map((x) => `${x} feed`), ...sick];
    const level = !isLive ? 'warning' : rows.some((x) => x.condition.level === 'bad') || services.some((x) => x.late) ? 'bad' : faults.length ? 'warning' : 'good';
    put(this.tiles.alive, level, !isLive ? 'not connected' : faults.length ? `${faults.length} to look at` : 'all well',
      faults.length ? faults.join(', ') : [counted(services, 'service'), counted(feeds, 'feed'), counted(rows, 'strategy', 'strategies')].join(', '));

    const trading = this.risk.summary();
    put(this.tiles.trading, isLive ? trading.level : 'warning', isLive ? trading.word : 'not known', this.risk.detail());

    const equity = store.section('equity', []);
    const byCurrency = new Map();
    for (const x of equity) byCurrency.set(x.currency, (byCurrency.get(x.currency) ?? 0) + x.pnl);
    const parts = [...byCurrency].filter(([c, x]) => moneyCell(x, c).tone).map(([c, x]) => `${moneyCell(x, c).text}\u00a0${c}`); // not what is shown as zero
    const dollars = parts.length ? inDollars(equity) : null;
    const sum = dollars === null ? {text: parts.join('  ') || dash, tone: ''} : amount(dollars, 2, {isResult: true, unit: '$'});
    put(this.tiles.pnl, '', sum.text, [dollars === null ? '' : parts.join(', '), parts.length ? 'after fees, open positions at the mark' : 'nothing traded yet'].filter(Boolean).join('; '), sum.tone);
    const exposure = store.section('exposure', []);
    put(this.tiles.delta, '', exposure.filter((x) => x.underlying !== 'binaries').map((x) => `${amount(x.delta, 3, {isSide: true}).text}\u00a0${x.underlying}`).join('  ') || 'flat',
      exposure.filter((x) => typeof x.notional === 'number').map((x) => `${x.underlying}\u00a0${amount(x.notional, 0, {isSide: true}).text}\u00a0$`).join(', '));
    const open = store.section('orders', []);
    const unknown = open.filter((x) => x.state === 'unknown').length;
    const newest = store.section('fills', [])[0];
    put(this.tiles.orders, unknown ? 'warning' : '', `${open.length} open${unknown ? `, ${unknown} unknown` : ''}`,
      newest ? `last fill ${newest.side} ${exact(newest.size)} ${instrumentCell(newest).text} at ${exact(newest.price)}` : 'no fill yet');
  }
}
