// What an operator may do: each asks back, is sent, and its outcome is shown where everybody sees it.
import {statusCell, timeCell} from './columns.js';
import {DataTable} from './data_table.js';
import {askText, confirmed} from './dialogs.js';
import {el, show} from './dom.js';
import {getJson, postJson} from './poll.js';
import {scopeText} from './risk.js';

const outcomes = {done: ['good', 'done'], sent: ['off', 'sent'], failed: ['bad', 'failed'], unknown: ['warning', 'unknown']};
const shownFor = 60_000; // ms: the newest command, beside the buttons
function outcomeCell(x, action = '') {
  const [level, word] = outcomes[x.outcome] ?? ['warning', x.outcome];
  return statusCell(level, action ? `${action}: ${word}` : word);
}
const venues = ['deribit', 'derive', 'polymarket'];
const questions = {
  stop_strategy: ({strategy}) => confirmed(`Stop ${strategy}`, 'The strategy ends and its orders are cancelled. Its positions stay.'),
  start_strategy: ({strategy}) => confirmed(`Start ${strategy}`, 'The strategy starts and may trade.'),
  resume_trading: (where) => confirmed('Resume trading', `${scopeText(where)} may trade again, as far as nothing else restricts it. Losses count anew there.`),
  cancel_all_orders: () => confirmed('Cancel all orders', 'Every open order of every strategy is cancelled. Positions stay.'),
};

// "venue derive" -> {venue: 'derive'}; a strategy's name may hold blanks
function scopeOf(text) {
  const at = text.indexOf(' ');
  return at < 0 ? {} : {[text.slice(0, at)]: text.slice(at + 1)};
}

export class Controls {
  /// place: on the overview; acts, fault: on every page; now(): the server's clock, ms; onChange(): who may act has changed
  constructor({place, acts, fault, now, onChange}) {
    Object.assign(this, {acts, fault, now, onChange});
    this.hasToken = this.mayAct = false;
    this.strategies = [];
    this.note = el('p', {class: 'nothing'});
    this.newest = el('span', {class: 'newest', role: 'status'});
    const make = (text, kind, onClick) => {
      const made = el('button', {type: 'button', class: kind}, text);
      made.addEventListener('click', onClick);
      return made;
    };
    this.login = make('Log in', '', () => this.logIn());
    this.logout = make('Log out', '', () => this.logOut());
    this.stops = [
      make('Halt trading', 'danger', () => this.halt()),
      make('Cancel all orders', 'danger', () => this.act('cancel_all_orders')),
      make('Kill switch', 'danger', () => this.kill()),
    ];
    acts.replaceChildren(this.newest, this.login, ...this.stops);
    this.log = new DataTable('commands', [
      {label: 'time', class: 'time', cell: (x) => timeCell(x.at_ms)},
      {label: 'command', cell: (x) => x.action, isWide: true},
      {label: 'to', cell: (x) => x.target},
      {label: 'from', cell: (x) => x.from},
      {label: 'outcome', cell: (x) => outcomeCell(x)},
      {label: '', cell: (x) => ({text: x.text, tone: 'none'})},
    ], {none: 'no command was given yet'});
    place.replaceChildren(this.note, this.log.element, el('p', {class: 'buttons'}, this.logout));
    this.show();
  }

  /// Who we are to the server. @returns false if it wants a log-in before it tells anything
  async refresh() {
    try {
      const {has_token, may_act} = await getJson('/api/controls');
      Object.assign(this, {hasToken: has_token, mayAct: may_act});
    } catch (fault) {
      if (fault.status === 401) return this.hasToken = true, this.mayAct = false, this.show(), false;
    }
    this.show();
    return true;
  }

  show() {
    this.login.hidden = !this.hasToken || this.mayAct;
    this.logout.hidden = !this.mayAct;
    for (const x of this.stops) x.hidden = !this.mayAct;
    this.acts.hidden = !this.hasToken;
    this.note.hidden = this.mayAct;
    this.note.textContent = this.hasToken ? 'Log in (above) with the token to start and stop strategies, halt, cancel and kill.' : 'Read only: controls are off, since no token is configured.';
    this.onChange();
  }

  update(store) {
    const desk = store.section('controls', null);
    this.strategies = store.names();
    this.log.update(desk?.log ?? []);
    const newest = this.log.rows.find((x) => x.target !== 'replay' && this.now() - x.at_ms < shownFor);
    show(this.newest, newest ? outcomeCell(newest, newest.action) : {text: '', tone: ''}, true);
    this.newest.title = newest?.text ?? '';
  }

  async logIn() {
    const token = await askText('Log in', 'The token that the dashboard was started with (STRIKE_DASHBOARD_TOKEN).', true);
    if (token === null) return false;
    const isIn = await this.send('/api/login', {token});
    await this.refresh();
    return isIn;
  }

  async logOut() {
    await this.send('/api/logout', {});
    await this.refresh();
  }

  async send(path, body) {
    try {
      await postJson(path, body);
      this.fault.hidden = true;
      return true;
    } catch (fault) {
      this.fault.textContent = fault.message;
      this.fault.hidden = false;
      if (fault.status === 401) this.refresh();
      return false;
    }
  }

  /// Of what a command may be, as a field of its question.
  scopeField() {
    const values = [['all', 'everything'], ...venues.map((x) => [`venue ${x}`, `venue ${x}`]), ...this.strategies.map((x) => [`strategy ${x}`, `strategy ${x}`])];
    return {name: 'scope', label: 'of', kind: 'select', values};
  }

  async halt() {
    const text = 'No new order passes exec until trading is resumed, not even after a restart. Open orders stay.';
    const said = await confirmed('Halt trading', text, {fields: [this.scopeField(),
      {name: 'reason', label: 'why', kind: 'text', value: 'asked for on the dashboard'},
      {name: 'reduce_only', label: 'let orders through that make a position smaller', kind: 'check'}]});
    if (said) await this.send('/api/control', {action: 'halt_trading', ...scopeOf(said.scope), reason: said.reason, reduce_only: said.reduce_only});
  }

  async kill() {
    const text = 'Exec halts trading, cancels every order there, and asks the venues until they say that none is open. With all or a venue that is every order of the account there, whoever sent it.';
    const said = await confirmed('Kill switch', text, {word: 'KILL', fields: [this.scopeField(),
      {name: 'reason', label: 'why', kind: 'text', value: 'kill switch on the dashboard'},
      {name: 'flatten', label: 'then close what is held', kind: 'check'}]});
    if (said) await this.send('/api/control', {action: 'kill_trading', ...scopeOf(said.scope), reason: said.reason, flatten: said.flatten});
  }

  resume({scope, name}) { return this.act('resume_trading', {scope, name}, scope === 'all' ? {} : {[scope]: name}); }

  /// Asks back where that is due, then sends. body: what is sent, if not what is asked about
  async act(action, more = {}, body = more) {
    if (questions[action] && !await questions[action](more)) return;
    await this.send('/api/control', {action, ...body});
  }
}
