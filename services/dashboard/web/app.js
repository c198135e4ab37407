// The page: header, one tab per strategy, and what its layout says.
import {Connection} from './connection.js';
import {dash, durationText, formatted, timeText} from './format.js';
import {Store} from './store.js';
import {Board, el, show} from './widgets.js';

const byId = (id) => document.getElementById(id);
const store = new Store();
const views = new Map(); // by name: {tab, panel, board, parts}
let selected = null;
let clockOffset = 0; // the server's clock minus ours
let lastUpdate = null;
let link = {state: 'connecting'};
let counter = 0; // ids: a name may hold characters that an id must not

const serverNow = () => Date.now() + clockOffset;

// ---- one strategy ---------------------------------------------------------------------------------------------------

function fact(name, title) {
  const value = el('dd');
  return {value, element: el('div', {title}, el('dt', {}, name), value)};
}

function makeView(name) {
  const id = ++counter;
  const parts = {
    dot: el('i', {class: 'dot'}),
    result: el('b', {class: 'figure'}),
    badge: el('span', {class: 'badge'}),
    kind: el('span', {class: 'kind'}),
    fault: el('p', {class: 'fault', role: 'alert', hidden: ''}),
    at: fact('strategy time', 'the time the strategy lives in: simulated in a replay (UTC)'),
    age: fact('age', 'since its last state was received'),
    sequence: fact('state', 'number of the newest state'),
    gaps: fact('lost', 'states lost on the way; what is shown is complete again with each new one'),
    restarts: fact('restarts', 'of the strategy, and of its process'),
  };
  const tab = el('button', {role: 'tab', 'aria-selected': 'false', tabindex: '-1', id: `tab-${id}`, 'aria-controls': `panel-${id}`, type: 'button'},
    parts.dot, el('span', {class: 'name'}, name), parts.result);
  const grid = el('div', {class: 'grid'});
  const panel = el('section', {role: 'tabpanel', hidden: '', id: `panel-${id}`, 'aria-labelledby': `tab-${id}`},
    el('div', {class: 'strategy'}, el('h2', {}, name), parts.kind, parts.badge,
      el('dl', {class: 'facts'}, ...[parts.at, parts.age, parts.sequence, parts.gaps, parts.restarts].map((x) => x.element))),
    parts.fault, grid);
  tab.addEventListener('click', () => select(name));
  const view = {name, tab, panel, board: new Board(grid), parts};
  views.set(name, view);
  return view;
}

const levelOf = {running: 'good', stopped: 'off', restarting: 'warning', failed: 'bad'};

// What matters most: whether we know, whether it runs, whether it speaks.
function conditionOf({summary}) {
  if (link.state !== 'live') return {word: 'not connected', level: 'warning'};
  const said = summary.run_state;
  if (said === 'running' && summary.stale) return {word: 'silent', level: 'warning'};
  return {word: said, level: levelOf[said] ?? 'warning'};
}

function showCondition({name, tab, parts}, strategy) {
  const {word, level} = conditionOf(strategy);
  parts.badge.textContent = strategy.summary.reason ? `${word}: ${strategy.summary.reason}` : word;
  parts.badge.dataset.level = parts.dot.dataset.level = level;
  tab.setAttribute('aria-label', `${name}, ${word}`);
}

// As the layout writes a value, if it does.
function formatOf(key, schema) {
  return schema.flatMap((x) => x?.items ?? []).find((x) => x.value === key)?.format;
}

function updateView(view, strategy, changed) {
  const {summary, state} = strategy;
  const {parts} = view;
  showCondition(view, strategy);
  parts.kind.textContent = summary.type && summary.type !== summary.name ? summary.type : '';
  const pnl = state.get('pnl');
  show(parts.result, typeof pnl === 'number' ? formatted(pnl, formatOf('pnl', strategy.schema), 'pnl') : {text: '', tone: ''});
  parts.at.value.textContent = summary.at_ms ? timeText(summary.at_ms, true) : dash;
  parts.sequence.value.textContent = summary.sequence.toLocaleString('en-US');
  parts.gaps.value.textContent = summary.lost.toLocaleString('en-US');
  parts.gaps.value.dataset.tone = summary.lost ? 'warning' : '';
  parts.restarts.value.textContent = String(summary.restarts + summary.epochs);
  parts.fault.textContent = summary.fault ? `This strategy's newest message cannot be shown: ${summary.fault}` : '';
  parts.fault.hidden = !summary.fault;
  if (view.name === selected) view.board.update(strategy, view.isCurrent ? changed : null);
  view.isCurrent = view.name === selected;
}

// ---- tabs -----------------------------------------------------------------------------------------------------------

function select(name, takesFocus = false) {
  selected = name;
  for (const view of views.values()) {
    const isSelected = view.name === name;
    view.tab.setAttribute('aria-selected', String(isSelected));
    view.tab.tabIndex = isSelected ? 0 : -1;
    view.panel.hidden = !isSelected;
    if (!isSelected) { view.isCurrent = false; continue; }
    updateView(view, store.strategies.get(name), null);
    if (takesFocus) view.tab.focus();
    const strip = byId('tabs');
    strip.scrollTo({left: view.tab.offsetLeft - strip.offsetLeft - 40});
  }
  document.title = name ? `${name} · Strike` : 'Strike';
  const hash = name ? '#' + encodeURIComponent(name) : '';
  if (location.hash !== hash) history.replaceState(null, '', hash || location.pathname);
}

byId('tabs').addEventListener('keydown', (event) => {
  const names = store.names();
  const at = names.indexOf(selected);
  const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1}[event.key];
  if (to === undefined || !names.length) return;
  event.preventDefault();
  select(names[(to + names.length) % names.length], true);
});

function nameInHash() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return ''; }
}
addEventListener('hashchange', () => { if (views.has(nameInHash())) select(nameInHash()); });

// ---- updates --------------------------------------------------------------------------------------------------------

function take(update) {
  clockOffset = update.now_ms - Date.now();
  lastUpdate = Date.now();
  const changed = store.apply(update);
  const names = store.names();
  for (const name of [...views.keys()]) {
    if (store.strategies.has(name)) continue;
    const view = views.get(name);
    view.board.destroy();
    view.tab.remove();
    view.panel.remove();
    views.delete(name);
  }
  if (names.some((name) => !views.has(name))) {
    for (const name of names) {
      const view = views.get(name) ?? makeView(name);
      byId('tabs').append(view.tab);
      if (!view.panel.isConnected) byId('panels').append(view.panel);
    }
  }
  byId('empty').hidden = names.length !== 0;
  const isFull = update.type === 'full';
  for (const [name, news] of changed) {
    const view = views.get(name);
    updateView(view, store.strategies.get(name), isFull || news.hasNewKeys ? null : news.keys);
  }
  if (!views.has(selected)) {
    const wanted = nameInHash();
    select(views.has(wanted) ? wanted : names[0] ?? null);
  }
  showUpstreams();
}

function showUpstreams() {
  const lost = store.upstreams.filter((x) => !x.connected);
  const line = byId('upstreams');
  line.textContent = lost.map((x) => `no data from ${x.endpoint}`).join(' · ');
  line.title = lost.map((x) => x.text).join('\n');
}

// ---- header ---------------------------------------------------------------------------------------------------------

function showLink() {
  const pill = byId('connection');
  pill.dataset.state = link.state;
  const wait = Math.max(0, Math.ceil(((link.retryAt ?? 0) - Date.now()) / 1000));
  const text = {connecting: 'connecting', live: 'live', waiting: wait ? `offline, again in ${wait} s` : 'offline'}[link.state];
  if (pill.textContent !== text) pill.textContent = text;
  document.body.classList.toggle('offline', link.state !== 'live' && lastUpdate !== null);
}

function tick() {
  showLink();
  byId('clock').textContent = new Date(serverNow()).toISOString().slice(11, 19);
  let newest = -Infinity;
  for (const [name, {summary}] of store.strategies) {
    newest = Math.max(newest, summary.received_ms);
    if (name !== selected) continue;
    const age = views.get(name).parts.age.value;
    age.textContent = durationText(Math.max(0, serverNow() - summary.received_ms));
    age.dataset.tone = (summary.run_state === 'running' && summary.stale) || link.state !== 'live' ? 'warning' : '';
  }
  const age = byId('age');
  const ms = serverNow() - newest;
  age.textContent = Number.isFinite(ms) ? durationText(Math.max(0, ms)) : dash;
  age.dataset.tone = Number.isFinite(ms) && ms > 3000 ? 'warning' : '';
}

new Connection(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`, {
  onState(x) {
    const isNews = x.state !== link.state;
    link = x;
    showLink();
    if (isNews) for (const view of views.values()) showCondition(view, store.strategies.get(view.name));
  },
  onUpdate: take,
});
setInterval(tick, 250);
tick();
