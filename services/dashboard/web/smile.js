// Implied volatility over strikes: mark as a line, bid and ask as a band of points. Dygraphs draws it.
import {el} from './dom.js';
import {css, onTheme} from './chart.js';

const {Dygraph} = globalThis;

// Out of the money is where a strike trades: puts below the forward, calls above.
function rowsOf(strikes, underlying) {
  return strikes.map(({strike, call, put}) => {
    const x = typeof underlying === 'number' && strike < underlying ? put ?? call : call ?? put;
    const value = (y) => typeof y === 'number' && y > 0 ? y * 100 : null;
    return [strike, value(x?.iv), value(x?.bid_iv), value(x?.ask_iv)];
  }).filter((x) => x[1] !== null || x[2] !== null || x[3] !== null);
}

export class Smile {
  constructor() {
    this.box = el('div', {class: 'plot smile', role: 'img', 'aria-label': 'implied volatility in percent over strikes'});
    this.element = el('div', {hidden: ''}, el('p', {class: 'legend'}, el('span', {class: 'series series-1'}, el('i'), 'mark iv %'), el('span', {class: 'series series-3'}, el('i'), 'bid'), el('span', {class: 'series series-2'}, el('i'), 'ask')), this.box);
    onTheme(() => this.graph?.updateOptions(this.look()));
    new ResizeObserver(() => { if (this.box.clientWidth) this.graph?.resize(); }).observe(this.box);
  }

  look() { return {colors: ['--series-1', '--series-3', '--series-2'].map(css), axisLineColor: css('--line'), gridLineColor: css('--grid')}; }

  update(strikes, underlying) {
    const rows = rowsOf(strikes, underlying);
    this.element.hidden = rows.length < 2;
    if (this.element.hidden || !this.box.clientWidth) return;
    if (this.graph) return this.graph.updateOptions({file: rows});
    this.graph = new Dygraph(this.box, rows, {
      labels: ['strike', 'mark', 'bid', 'ask'],
      ...this.look(),
      legend: 'never',
      drawPoints: true,
      pointSize: 2,
      series: {bid: {strokeWidth: 0}, ask: {strokeWidth: 0}, mark: {strokeWidth: 1.6}},
      axes: {x: {pixelsPerLabel: 45, axisLabelFormatter: (x) => x.toLocaleString('en-US', {maximumFractionDigits: 2})}, y: {pixelsPerLabel: 30, axisLabelWidth: 40}},
      axisLabelFontSize: 11,
      xRangePad: 8,
      yRangePad: 8,
    });
  }
}
