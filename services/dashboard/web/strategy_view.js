// One strategy: its tab, and a panel with what its layout says.
import {el, show} from './dom.js';
import {dash, durationText, formatted, timeText} from './format.js';
import {Board} from './widgets.js';

let counter = 0; // ids: a name may hold characters that an id must not
const levelOf = {running: 'good', stopped: 'off', restarting: 'warning', failed: 'bad'};

/// What matters most: whether we know, whether it runs, whether it speaks. {word, level}
export function conditionOf({summary}, isLive) {
  if (!isLive) return {word: 'not connected', level: 'warning'};
  const said = summary.run_state;
  if (said === 'running' && summary.stale) return {word: 'silent', level: 'warning'};
  return {word: said, level: levelOf[said] ?? 'warning'};
}

// As the layout writes a value, if it does.
function formatOf(key, schema) {
  return schema.flatMap((x) => x?.items ?? []).find((x) => x.value === key)?.format;
}

/// A strategy's result as it would show it itself; an empty text if it tells none.
export function resultOf({schema, state}) {
  const pnl = state.get('pnl');
  return typeof pnl === 'number' ? formatted(pnl, formatOf('pnl', schema), 'pnl') : {text: '', tone: ''};
}

function fact(name, title) {
  const value = el('dd');
  return {value, element: el('div', {title}, el('dt', {}, name), value)};
}

export class StrategyView {
  /// onControl(action, strategy): start or stop was pressed
  constructor(name, {onSelect, onControl}) {
    const id = ++counter;
    this.name = name;
    this.parts = {
      dot: el('i', {class: 'dot'}),
      result: el('b', {class: 'figure'}),
      badge: el('span', {class: 'badge'}),
      kind: el('span', {class: 'kind'}),
      toggle: el('button', {type: 'button', class: 'small', hidden: ''}),
      fault: el('p', {class: 'fault', role: 'alert', hidden: ''}),
      at: fact('strategy time', 'the time the strategy lives in: simulated in a replay (UTC)'),
      age: fact('age', 'since its last state was received'),
      sequence: fact('state', 'number of the newest state'),
      gaps: fact('lost', 'states lost on the way; what is shown is complete again with each new one'),
      restarts: fact('restarts', 'of the strategy, and of its process'),
    };
    const {parts} = this;
    this.tab = el('button', {role: 'tab', class: 'strategy', 'aria-selected': 'false', tabindex: '-1', id: `tab-${id}`, 'aria-controls': `panel-${id}`, type: 'button'},
      parts.dot, el('span', {class: 'name'}, name), parts.result);
    const grid = el('div', {class: 'grid'});
    this.panel = el('section', {role: 'tabpanel', hidden: '', id: `panel-${id}`, 'aria-labelledby': `tab-${id}`},
      el('div', {class: 'headline'}, el('h2', {}, name), parts.kind, parts.badge, parts.toggle,
        el('dl', {class: 'facts'}, ...[parts.at, parts.age, parts.sequence, parts.gaps, parts.restarts].map((x) => x.element))),
      parts.fault, grid);
    this.board = new Board(grid);
    this.isCurrent = false;
    this.tab.addEventListener('click', onSelect);
    parts.toggle.addEventListener('click', () => onControl(this.isRunning ? 'stop_strategy' : 'start_strategy', name));
  }

  showCondition(strategy, isLive, mayAct) {
    const {word, level} = conditionOf(strategy, isLive);
    const {badge, dot, toggle} = this.parts;
    badge.textContent = strategy.summary.reason ? `${word}: ${strategy.summary.reason}` : word;
    badge.dataset.level = dot.dataset.level = level;
    this.tab.setAttribute('aria-label', `${this.name}, ${word}`);
    this.isRunning = ['running', 'restarting'].includes(strategy.summary.run_state);
    toggle.textContent = this.isRunning ? 'stop' : 'start';
    toggle.hidden = !mayAct;
  }

  /// changed: names of values, null for all; isShown: whether the panel is on the screen
  update(strategy, changed, isShown) {
    const {summary} = strategy;
    const {parts} = this;
    parts.kind.textContent = summary.type && summary.type !== summary.name ? summary.type : '';
    show(parts.result, resultOf(strategy), true); // it is in sight all day
    parts.at.value.textContent = summary.at_ms ? timeText(summary.at_ms, true) : dash;
    parts.sequence.value.textContent = summary.sequence.toLocaleString('en-US');
    parts.gaps.value.textContent = summary.lost.toLocaleString('en-US');
    parts.gaps.value.dataset.tone = summary.lost ? 'warning' : '';
    parts.restarts.value.textContent = String(summary.restarts + summary.epochs);
    parts.fault.textContent = summary.fault ? `This strategy's newest message cannot be shown: ${summary.fault}` : '';
    parts.fault.hidden = !summary.fault;
    if (isShown) this.board.update(strategy, this.isCurrent ? changed : null);
    this.isCurrent = isShown;
  }

  showAge({summary}, nowMs, isLive) {
    const age = this.parts.age.value;
    age.textContent = durationText(Math.max(0, nowMs - summary.received_ms));
    age.dataset.tone = (summary.run_state === 'running' && summary.stale) || !isLive ? 'warning' : '';
  }

  destroy() {
    this.board.destroy();
    this.tab.remove();
    this.panel.remove();
  }
}
