// Time series with dygraphs. Numbers and texts only go in as data; no label of a strategy reaches its HTML.
import {axisText, formatted} from './format.js';

const {Dygraph} = globalThis;
// Its legend writes HTML and inline styles, its range selector is not used: we draw our own legend.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((x) => x !== Dygraph.Plugins.Legend && x !== Dygraph.Plugins.RangeSelector);

const seriesColors = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];

export function css(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

function look() {
  return {
    colors: seriesColors.map(css),
    axisLineColor: css('--line'),
    gridLineColor: css('--grid'),
  };
}

// Above or below zero is the first thing asked of a chart of profits or deltas.
function zeroLine(canvas, area, graph) {
  const y = Math.round(graph.toDomYCoord(0)) + 0.5;
  if (!(y > area.y && y < area.y + area.h)) return;
  canvas.strokeStyle = css('--muted');
  canvas.globalAlpha = 0.55;
  canvas.beginPath();
  canvas.moveTo(area.x, y);
  canvas.lineTo(area.x + area.w, y);
  canvas.stroke();
  canvas.globalAlpha = 1;
}

// Bars side by side around their time; as wide as the narrowest gap allows.
function barPlotter(e) {
  if (e.seriesIndex !== 0) return; // draws all series in one go
  const sets = e.allSeriesPoints;
  let gap = Infinity;
  for (const points of sets)
    for (let i = 1; i < points.length; ++i) gap = Math.min(gap, points[i].canvasx - points[i - 1].canvasx);
  const group = Math.max(1, Math.min(Number.isFinite(gap) ? gap * 0.8 : 24, 24));
  const width = group / sets.length;
  const zero = e.dygraph.toDomYCoord(0);
  sets.forEach((points, s) => {
    e.drawingContext.fillStyle = e.dygraph.getColors()[s];
    for (const p of points) {
      if (!Number.isFinite(p.canvasy)) continue;
      const left = p.canvasx - group / 2 + s * width;
      e.drawingContext.fillRect(left, Math.min(p.canvasy, zero), Math.max(width - 1, 1), Math.max(Math.abs(zero - p.canvasy), 1));
    }
  });
}

// [[time, y], ...] of several series to rows [Date, y1, y2]. Where a series has no point the line goes on (null), where
// its y is null it breaks (NaN).
function rows(seriesData) {
  const byTime = new Map();
  seriesData.forEach((points, s) => {
    for (const point of Array.isArray(points) ? points : []) {
      if (!Array.isArray(point) || !Number.isFinite(point[0])) continue;
      if (!byTime.has(point[0])) byTime.set(point[0], new Array(seriesData.length).fill(null));
      byTime.get(point[0])[s] = Number.isFinite(point[1]) ? point[1] : NaN;
    }
  });
  return [...byTime].sort((a, b) => a[0] - b[0]).map(([time, values]) => [new Date(time), ...values]);
}

const darkness = matchMedia('(prefers-color-scheme: dark)');
export const onTheme = (f) => darkness.addEventListener('change', f);

// Dragging pans and the wheel zooms, both over time; the newest is followed again after a double click or Escape.
const pans = {
  ...Dygraph.defaultInteractionModel,
  mousedown(event, graph, context) {
    if (event.button) return;
    context.initializeMouseDown(event, graph, context);
    Dygraph.startPan(event, graph, context);
  },
  mousemove(event, graph, context) { if (context.isPanning) Dygraph.movePan(event, graph, context); },
  mouseup(event, graph, context) { if (context.isPanning) Dygraph.endPan(event, graph, context); },
  wheel(event, graph) {
    event.preventDefault();
    const {x, w} = graph.getArea();
    zoom(graph, event.deltaY < 0 ? 0.8 : 1.25, Math.min(Math.max((event.offsetX - x) / w, 0), 1));
  },
};

function setWindow(graph, from, to) {
  const [least, most] = graph.xAxisExtremes();
  if (from <= least && to >= most) return graph.resetZoom();
  graph.updateOptions({dateWindow: [from, to]});
}

// around: the part of the width that stays where it is
function zoom(graph, factor, around = 1) {
  const [from, to] = graph.xAxisRange();
  const size = Math.max((to - from) * factor, 10);
  const at = from + (to - from) * around;
  setWindow(graph, at - size * around, at + size * (1 - around));
}

function pan(graph, part) {
  const [from, to] = graph.xAxisRange();
  const step = (to - from) * part;
  setWindow(graph, from + step, to + step);
}

const keys = {
  ArrowLeft: (graph) => pan(graph, -0.2),
  ArrowRight: (graph) => pan(graph, 0.2),
  '+': (graph) => zoom(graph, 0.7),
  '-': (graph) => zoom(graph, 1 / 0.7),
  Escape: (graph) => graph.resetZoom(),
};

export class Chart {
  /// Draws into `box`; values of the point under the pointer, else the newest, go to onValues(ms, [y, ...]).
  constructor(box, widget, onValues) {
    this.box = box;
    this.widget = widget;
    this.onValues = onValues;
    this.onTheme = () => this.graph?.updateOptions(look());
    box.tabIndex = 0;
    box.title = 'drag to pan, wheel or + and - to zoom, double click or Escape for all';
    box.addEventListener('keydown', (event) => {
      if (!this.graph || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key](this.graph);
    });
    darkness.addEventListener('change', this.onTheme);
    this.sizes = new ResizeObserver(() => { if (this.box.clientWidth) this.graph ? this.graph.resize() : this.draw(); });
    this.sizes.observe(box);
  }

  update(seriesData) {
    this.data = rows(seriesData);
    if (!this.isHovered) this.showNewest();
    if (this.box.clientWidth) this.draw(); // a hidden panel has no size: drawn once it is shown
  }

  draw() {
    if (!this.data) return;
    this.box.classList.toggle('no-data', this.data.length === 0);
    if (this.data.length === 0) return this.end();
    if (this.graph) return this.graph.updateOptions({file: this.data});
    const {style, format, series} = this.widget;
    this.graph = new Dygraph(this.box, this.data, {
      labels: ['time', ...series.map((_, i) => `s${i}`)], // names of ours: theirs are shown in our legend, as text
      ...look(),
      strokeWidth: 1.6,
      fillGraph: style === 'area',
      fillAlpha: 0.18,
      includeZero: style !== 'line',
      connectSeparatedPoints: true,
      labelsUTC: true,
      legend: 'never',
      underlayCallback: zeroLine,
      highlightCircleSize: 3,
      interactionModel: pans,
      axisLabelFontSize: 11,
      xRangePad: style === 'bar' ? 14 : 3,
      yRangePad: 8,
      axes: {
        x: {pixelsPerLabel: 74},
        y: {pixelsPerLabel: 34, axisLabelWidth: 54, axisLabelFormatter: (y) => axisText(y, format)},
      },
      ...(style === 'bar' ? {plotter: barPlotter} : {}),
      highlightCallback: (_, x, points) => {
        this.isHovered = true;
        const values = series.map((__, i) => points.find((p) => p.name === `s${i}`)?.yval);
        this.onValues(x, values);
      },
      unhighlightCallback: () => { this.isHovered = false; this.showNewest(); },
    });
  }

  showNewest() {
    const newest = this.widget.series.map(() => undefined);
    let time;
    for (let i = (this.data ?? []).length - 1; i >= 0 && newest.includes(undefined); --i) {
      time ??= this.data[i][0].getTime();
      newest.forEach((value, s) => { if (value === undefined && this.data[i][s + 1] !== null) newest[s] = this.data[i][s + 1]; });
    }
    this.onValues(time, newest);
  }

  end() {
    this.graph?.destroy();
    this.graph = null;
  }

  destroy() {
    this.sizes.disconnect();
    darkness.removeEventListener('change', this.onTheme);
    this.end();
  }
}

export const valueText = (value, format, name) => formatted(Number.isFinite(value) ? value : null, format, name);
