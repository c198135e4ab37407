// The page: header, tabs, and what keeps them up to date.
import {Connection} from './connection.js';
import {Controls} from './controls.js';
import {el} from './dom.js';
import {dash, durationText} from './format.js';
import {Markets} from './markets.js';
import {names} from './names.js';
import {Overview} from './overview.js';
import {ReplayBar} from './replay_bar.js';
import {Store} from './store.js';
import {StrategyView} from './strategy_view.js';
import {Trades} from './trades.js';

const byId = (id) => document.getElementById(id);
const store = new Store();
const views = new Map(); // strategies, by name
let selected = '/overview'; // "/page", or a strategy's name, which holds no slash
let wanted = null;          // a strategy of the address that is not there yet
let clockOffset = 0;        // the server's clock minus ours
let lastUpdate = null;
let link = {state: 'connecting'};

const serverNow = () => Date.now() + clockOffset;
const isLive = () => link.state === 'live';

// ---- pages ----------------------------------------------------------------------------------------------------------

const toMarket = (instrument) => { select('/markets'); pages.get('/markets').view.show(instrument); };
const overview = new Overview({now: serverNow, onStrategy: (name) => select(name, true), onMarket: toMarket, onResume: (where) => controls.resume(where)});
const controls = new Controls({place: overview.controls, acts: byId('acts'), fault: byId('fault'), now: serverNow, onChange: () => { showConditions(); if (lastUpdate !== null) overviewIsOld(); }});
const replay = new ReplayBar(byId('replay'), (action, more) => controls.act(action, more));
const pages = new Map([
  ['/overview', makePage('overview', 'Overview', overview)],
  ['/markets', makePage('markets', 'Markets', new Markets({now: serverNow}))],
  ['/orders', makePage('orders', 'Orders & fills', new Trades({onMarket: toMarket}))],
]);

function makePage(id, title, view) {
  const tab = el('button', {role: 'tab', class: 'page', 'aria-selected': 'false', tabindex: '-1', id: `tab-${id}`, 'aria-controls': id, type: 'button'}, title);
  const panel = el('section', {role: 'tabpanel', hidden: '', id, 'aria-labelledby': `tab-${id}`}, view.element);
  tab.addEventListener('click', () => select(`/${id}`));
  byId('tabs').append(tab);
  byId('panels').append(panel);
  return {tab, panel, view, title};
}

// ---- tabs -----------------------------------------------------------------------------------------------------------

const entryOf = (key) => pages.get(key) ?? views.get(key);
const keys = () => [...pages.keys(), ...store.names()];

function showConditions() {
  for (const [name, view] of views) view.showCondition(store.strategies.get(name), isLive(), controls.mayAct);
}

function select(key, takesFocus = false) {
  selected = key;
  wanted = null;
  for (const [other, entry] of [...pages, ...views]) {
    const isSelected = other === key;
    entry.tab.setAttribute('aria-selected', String(isSelected));
    entry.tab.tabIndex = isSelected ? 0 : -1;
    entry.panel.hidden = !isSelected;
    entry.view?.setShown?.(isSelected);
    if (entry instanceof StrategyView && isSelected) entry.update(store.strategies.get(key), null, true);
    else entry.isCurrent = false;
  }
  overviewIsOld();
  const {tab} = entryOf(key);
  if (takesFocus) tab.focus();
  const strip = byId('tabs');
  strip.scrollTo({left: tab.offsetLeft - strip.offsetLeft - 40});
  document.title = `${pages.get(key)?.title ?? key} · Strike`;
  const hash = '#' + (pages.has(key) ? key : encodeURIComponent(key));
  if (location.hash !== hash) history.replaceState(null, '', hash);
}

byId('tabs').addEventListener('keydown', (event) => {
  const all = keys();
  const at = all.indexOf(selected);
  const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1}[event.key];
  if (to === undefined) return;
  event.preventDefault();
  select(all[(to + all.length) % all.length], true);
});

function keyInHash() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return ''; }
}
addEventListener('hashchange', () => { if (entryOf(keyInHash())) select(keyInHash()); });

// ---- updates --------------------------------------------------------------------------------------------------------

function takeStrategies(changed, isFull) {
  for (const [name, view] of views) {
    if (store.strategies.has(name)) continue;
    view.destroy();
    views.delete(name);
  }
  const present = store.names();
  if (present.some((name) => !views.has(name))) {
    for (const name of present) {
      const view = views.get(name) ?? new StrategyView(name, {onSelect: () => select(name), onControl: (action, strategy) => controls.act(action, {strategy})});
      views.set(name, view);
      byId('tabs').append(view.tab);
      if (!view.panel.isConnected) byId('panels').append(view.panel);
    }
  }
  for (const [name, news] of changed) {
    const strategy = store.strategies.get(name);
    views.get(name).showCondition(strategy, isLive(), controls.mayAct);
    views.get(name).update(strategy, isFull || news.hasNewKeys ? null : news.keys, name === selected);
  }
  if (views.has(wanted)) select(wanted);
  else if (!entryOf(selected)) select('/overview');
}

function overviewIsOld() {
  if (selected === '/overview') overview.update(store, isLive(), controls.mayAct);
  if (selected === '/orders') pages.get('/orders').view.update(store);
}

function take(update) {
  clockOffset = update.now_ms - Date.now();
  lastUpdate = Date.now();
  takeStrategies(store.apply(update), update.type === 'full');
  controls.update(store);
  replay.update(store);
  overviewIsOld();
  showUpstreams();
}

// An endpoint that was never there may not be part of this system; the strategies' own must be.
function showUpstreams() {
  const lost = store.upstreams.filter((x) => !x.connected && (x.was_connected || x.role === 'strategies'));
  const line = byId('upstreams');
  line.textContent = lost.map((x) => `no data from ${x.endpoint}`).join(' · ');
  line.title = lost.map((x) => x.text).join('\n');
}

names.onNews = () => {
  const strategy = store.strategies.get(selected);
  if (strategy) views.get(selected).update(strategy, null, true);
  overviewIsOld();
};

// ---- header ---------------------------------------------------------------------------------------------------------

function showLink() {
  const pill = byId('connection');
  pill.dataset.state = link.state;
  const wait = Math.max(0, Math.ceil(((link.retryAt ?? 0) - Date.now()) / 1000));
  const text = {connecting: 'connecting', live: 'live', waiting: wait ? `offline, again in ${wait} s` : 'offline'}[link.state];
  if (pill.textContent !== text) pill.textContent = text;
  document.body.classList.toggle('offline', !isLive() && lastUpdate !== null);
}

function tick() {
  showLink();
  byId('clock').textContent = new Date(serverNow()).toISOString().slice(11, 19);
  views.get(selected)?.showAge(store.strategies.get(selected), serverNow(), isLive());
  if (selected === '/overview') overview.tick(store);
  const heard = [...[...store.strategies.values()].map((x) => x.summary.received_ms), ...store.section('feeds', []).map((x) => x.newest_ms)];
  const newest = heard.length ? Math.max(...heard) : -Infinity;
  const age = byId('age');
  const ms = serverNow() - newest;
  age.textContent = Number.isFinite(ms) ? durationText(Math.max(0, ms)) : dash;
  age.dataset.tone = Number.isFinite(ms) && (ms > 3000 || !isLive()) ? 'warning' : '';
}

const connection = new Connection(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`, {
  async onState(x) {
    const isNews = x.state !== link.state;
    link = x;
    showLink();
    if (!isNews) return;
    showConditions();
    overviewIsOld();
    // who is not logged in is not let in: asked once, not at each attempt
    if (x.state === 'waiting' && lastUpdate === null && !await controls.refresh() && await controls.logIn()) connection.hurry();
  },
  onUpdate: take,
});
const first = keyInHash();
select(pages.has(first) ? first : '/overview');
if (first && !pages.has(first)) wanted = first;
controls.refresh();
setInterval(tick, 250);
tick();
