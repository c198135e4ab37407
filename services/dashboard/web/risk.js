// What restricts trading, how much of each limit is used, and how the kill switch does: as exec tells it.
import {statusCell, timeCell} from './columns.js';
import {DataTable} from './data_table.js';
import {el} from './dom.js';
import {amount, exact} from './format.js';

const strictness = {halted: 2, reduce_only: 1};
const wordOf = (state) => state.replace('_', '-');
export const scopeText = ({scope, name}) => (name ? `${scope} ${name}` : scope === 'all' ? 'everything' : scope);
const levelOf = (state) => (state === 'halted' ? 'bad' : 'warning');
const killCell = (x) => x.is_over ? (x.is_clean ? statusCell('good', 'done') : statusCell('bad', 'not clean')) : x.is_alarmed ? statusCell('bad', 'takes too long') : statusCell('warning', 'under way');
const usedCell = (x) => {
  const share = 100 * x.used / x.most;
  return share >= 100 ? statusCell('bad', amount(share, 0, {unit: '%'}).text) : share >= 80 ? statusCell('warning', amount(share, 0, {unit: '%'}).text) : amount(share, 0, {unit: '%'});
};
const figure = (x) => exact(Number(Math.abs(x) < 1 ? x.toPrecision(3) : x.toFixed(2)));

export class Risk {
  /// onResume({scope, name}): trading there is to go on
  constructor({onResume}) {
    this.mayAct = false;
    this.stands = []; // what restricts trading, the strictest first
    this.note = el('p', {class: 'nothing'});
    const resume = (x, cell) => {
      if (!cell.firstElementChild) {
        const button = el('button', {type: 'button', class: 'small'}, 'resume');
        button.addEventListener('click', () => onResume(cell.row));
        cell.append(button);
      }
      cell.row = x;
      // what reconciling restricts ends with the comparison, and not on command
      cell.firstElementChild.hidden = !this.mayAct || x.source === 'reconciling';
    };
    this.states = new DataTable('trading states', [
      {label: 'trading of', cell: scopeText},
      {label: 'is', cell: (x) => statusCell(levelOf(x.state), wordOf(x.state))},
      {label: 'why', isWide: true, cell: (x) => ({text: x.reason, tone: '', title: x.reason})},
      {label: 'since', class: 'time', cell: (x) => timeCell(x.since_ms)},
      {label: 'by', cell: (x) => ({text: x.by || x.source.replace('_', ' '), tone: 'none', title: x.source})},
      {label: '', make: resume},
    ], {none: ''});
    this.limits = new DataTable('limits', [
      {label: 'limit', cell: (x) => x.limit},
      {label: 'of', isWide: true, cell: scopeText},
      {label: 'used', isNumber: true, cell: (x) => figure(x.used)},
      {label: 'allowed', isNumber: true, cell: (x) => figure(x.most)},
      {label: 'share', isNumber: true, cell: usedCell},
    ], {none: 'no limit is set'});
    this.kills = new DataTable('kills', [
      {label: 'kill of', cell: scopeText},
      {label: 'is', cell: killCell},
      {label: 'began', class: 'time', cell: (x) => timeCell(x.began_ms)},
      {label: 'by', cell: (x) => ({text: x.by, tone: 'none', title: x.reason})},
      {label: 'what happened', class: 'wrap', cell: (x) => x.lines.join(' · ')},
    ], {none: 'the kill switch was not used'});
    const part = (title, table) => el('section', {'aria-label': title}, el('h4', {}, title), table.element);
    this.details = el('div', {class: 'grid'}, part('Limits', this.limits), part('Kill switch', this.kills));
    this.element = el('div', {class: 'risk'}, this.note, this.states.element, this.details);
  }

  /// mayAct: whether trading can be resumed from here
  update(store, mayAct) {
    this.mayAct = mayAct;
    this.told = store.section('risk', null);
    this.target = store.section('controls', null)?.targets?.exec ?? 'none';
    const rank = (x) => strictness[x.state] ?? 0;
    this.stands = [...(this.told?.states ?? [])].sort((a, b) => rank(b) - rank(a));
    this.states.update(this.stands);
    this.states.none.hidden = true;
    this.limits.update([...(this.told?.limits ?? [])].sort((a, b) => b.used / b.most - a.used / a.most));
    this.kills.update(this.told?.kills ?? []);
    this.details.hidden = !this.told;
    const {text, level} = this.summary();
    this.note.textContent = text;
    this.note.dataset.tone = level && level !== 'good' ? `level-${level}` : '';
  }

  /// In a sentence, and in a word for the tile. level: '' where there is no exec
  summary() {
    const states = this.told?.states ?? [];
    if (!this.told && this.target === 'none') return {level: '', word: 'no exec', text: 'No exec is part of this system, and nothing to halt: a backtest or a replay fills its orders itself.'};
    if (!this.told) return {level: 'warning', word: 'not known', text: 'exec has not told yet what restricts trading.'};
    if (!this.told.is_current) return {level: 'warning', word: 'not known', text: 'exec does not answer: what restricts trading may have changed. It told last:'};
    if (!states.length) return {level: 'good', word: 'active', text: 'Trading is active everywhere.'};
    const worst = states.some((x) => x.state === 'halted') ? 'halted' : 'reduce_only';
    const where = states.filter((x) => x.state === worst);
    const isAll = where.some((x) => x.scope === 'all');
    return {level: levelOf(worst), word: isAll ? wordOf(worst) : `partly ${wordOf(worst)}`, text: ''};
  }

  /// For whoever looks for a second only: what stands, where and why.
  detail() {
    const states = this.stands;
    const running = (this.told?.kills ?? []).filter((x) => !x.is_over);
    return [...running.map((x) => `killing ${scopeText(x)}`), ...states.map((x) => `${scopeText(x)}: ${x.reason}`)].join(', ') || (this.told?.is_current ? 'nothing restricts it' : '');
  }

  /// What restricts a strategy, '' if nothing does.
  restrictionOf(strategy) {
    const mine = (this.told?.states ?? []).filter((x) => x.scope === 'all' || (x.scope === 'strategy' && x.name === strategy));
    return mine.some((x) => x.state === 'halted') ? 'halted' : mine.length ? 'reduce-only' : '';
  }
}
