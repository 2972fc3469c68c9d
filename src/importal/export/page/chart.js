// A chart of boxes in rows over an axis of time: what the waterfall and the flame graph are both made of.
//
// Boxes are { start, width, row, label, node, parent, children }, rows of a parent before those of its children. It is
// drawn on a canvas of the size of what is seen, whatever the height of the whole, so that many boxes cost little.

const ROW = 20;
const AXIS = 24;
const FONT = "12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

class Chart {
  /** `layout`: { boxes, headings: [{ row, text }], rows, end, name, tick }; `zoomOnClick`: whether a click zooms too. */
  constructor(host, layout, { colouring, zoomOnClick }) {
    this.layout = layout;
    this.colouring = colouring;
    this.zoomOnClick = zoomOnClick;
    this.low = 0;
    this.high = layout.end;
    this.selected = null;
    this.shown = () => true;
    this.rows = groupBy(layout.boxes, (box) => box.row);
    for (const boxes of this.rows.values()) boxes.sort((one, other) => one.start - other.start);
    this.build(host);
  }

  build(host) {
    this.canvas = element("canvas", {
      tabindex: "0",
      role: "application",
      "aria-roledescription": this.layout.name,
      "aria-label": `${this.layout.name}: arrow keys go from import to import, Enter opens one, Z zooms, Escape goes back`,
    });
    this.filler = element("div");
    this.scroller = element("div", { class: "scroller" }, element("div", { class: "pinned" }, this.canvas), this.filler);
    this.line = element("p", { class: "line" }, this.layout.hint);
    const button = (text, title, action) => element("button", { type: "button", title, onclick: action }, text);
    this.bar = element(
      "div",
      { class: "chartbar" },
      button("+", "Zoom in (+)", () => this.zoomBy(0.5)),
      button("\u2212", "Zoom out (-)", () => this.zoomBy(2)),
      button("All", "Show all (0)", () => this.show(0, this.layout.end)),
      (this.range = element("output", { class: "range", "aria-label": "What is shown" })),
    );
    host.append(this.bar, this.scroller, this.line);
    this.context = this.canvas.getContext("2d");
    this.filler.style.height = `${this.layout.rows * ROW}px`;
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.scroller.addEventListener("scroll", () => this.draw());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("focus", () => this.draw());
    this.canvas.addEventListener("blur", () => this.draw());
    this.listenToPointer();
  }

  // ------------------------------------------------------------ drawing

  /** Draw before the next frame, once however often it is asked for. */
  draw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.drawNow();
    });
  }

  drawNow() {
    const width = this.scroller.clientWidth;
    const height = this.scroller.clientHeight;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.width = width;
    this.height = height;
    this.range.textContent = `${this.low ? time(Math.round(this.low)) : 0} to ${time(Math.round(this.high))}`;
    const context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = FONT;
    context.textBaseline = "middle";
    this.character = context.measureText("m").width;
    this.drawGrid();
    context.save();
    context.beginPath();
    context.rect(0, AXIS, width, height - AXIS);
    context.clip();
    const first = Math.floor(this.scroller.scrollTop / ROW);
    for (let row = first; row <= first + Math.ceil(height / ROW); row++) this.drawRow(row);
    for (const heading of this.layout.headings) this.drawHeading(heading);
    if (this.selected) this.drawSelected();
    context.restore();
  }

  drawGrid() {
    const context = this.context;
    const step = roundStep((this.high - this.low) / (this.width / 110));
    for (let at = Math.ceil(this.low / step) * step; at <= this.high; at += step) {
      const x = this.x(at);
      context.fillStyle = palette.get("line").fill;
      context.fillRect(Math.round(x), 0, 1, this.height);
      context.fillStyle = palette.get("soft").text;
      context.fillText(at ? time(Math.round(at)) : "0", x + 4, AXIS / 2);
    }
  }

  drawRow(row) {
    const boxes = this.rows.get(row);
    if (!boxes) return;
    const context = this.context;
    const y = this.y(row);
    let drawn = -1; // boxes narrower than a pixel: one for each pixel is enough
    for (let index = this.firstVisible(boxes); index < boxes.length && boxes[index].start <= this.high; index++) {
      const box = boxes[index];
      const left = Math.max(this.x(box.start), -2);
      const right = Math.min(this.x(box.start + box.width), this.width + 2);
      if (right < 0 || (right - left < 1 && Math.floor(right) === drawn)) continue;
      drawn = Math.floor(right);
      const colour = palette.get(this.colouring.of(box.node));
      context.globalAlpha = this.shown(box.node) ? 1 : 0.18;
      context.fillStyle = colour.fill;
      context.fillRect(left, y, Math.max(right - left - 0.75, 0.75), ROW - 2);
      const room = Math.floor((right - left - 8) / this.character);
      if (room >= 3) {
        context.fillStyle = colour.text;
        context.fillText(shorten(box.label, room), left + 4, y + ROW / 2 - 1);
      }
    }
    context.globalAlpha = 1;
  }

  drawHeading({ row, text }) {
    const y = this.y(row);
    if (y < AXIS - ROW || y > this.height) return;
    this.context.fillStyle = palette.get("back").fill;
    this.context.fillRect(0, y - 1, this.width, ROW);
    this.context.fillStyle = palette.get("back").text;
    this.context.fillText(text, 6, y + ROW / 2 - 1);
  }

  drawSelected() {
    const { start, width, row } = this.selected;
    const left = Math.max(this.x(start), 1);
    const right = Math.min(Math.max(this.x(start + width), left + 3), this.width - 1);
    this.context.strokeStyle = palette.get("back").text;
    this.context.lineWidth = document.activeElement === this.canvas ? 2.5 : 1.5;
    this.context.strokeRect(left, this.y(row), right - left, ROW - 2);
  }

  x(at) {
    return ((at - this.low) / (this.high - this.low)) * this.width;
  }

  y(row) {
    return AXIS + row * ROW - this.scroller.scrollTop;
  }

  /** Boxes of one row do not overlap, so the first that is seen can be found by halving. */
  firstVisible(boxes) {
    let low = 0;
    let high = boxes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (boxes[middle].start + boxes[middle].width < this.low) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // ------------------------------------------------------------ where one looks

  show(low, high) {
    const width = Math.min(Math.max(high - low, 1000), this.layout.end);
    this.low = Math.min(Math.max(0, low), this.layout.end - width);
    this.high = this.low + width;
    this.draw();
  }

  zoomBy(factor, around = (this.low + this.high) / 2) {
    this.show(around - (around - this.low) * factor, around + (this.high - around) * factor);
  }

  zoomTo(box) {
    this.show(box.start, box.start + box.width);
  }

  isZoomed() {
    return this.high - this.low < this.layout.end;
  }

  select(box, { quiet = false } = {}) {
    this.selected = box;
    if (box) {
      const words = this.layout.describe(box);
      this.line.textContent = words;
      if (!quiet) speak(words);
      this.reveal(box);
    }
    this.draw();
  }

  selectNode(node) {
    const box = this.layout.boxOf(node);
    if (box && box !== this.selected) this.select(box, { quiet: true });
  }

  reveal(box) {
    const top = box.row * ROW;
    const room = this.scroller.clientHeight - AXIS;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = Math.max(0, top - ROW);
    else if (top + ROW > this.scroller.scrollTop + room) this.scroller.scrollTop = top + 2 * ROW - room;
    const width = this.high - this.low;
    if (box.start + box.width < this.low || box.start > this.high) this.show(box.start + box.width / 2 - width / 2, box.start + box.width / 2 + width / 2);
  }

  // ------------------------------------------------------------ keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      ArrowUp: () => this.select(this.selected?.parent ?? this.selected ?? this.layout.boxes[0]),
      ArrowDown: () => this.select(this.selected ? widest(this.selected.children) ?? this.selected : this.layout.boxes[0]),
      ArrowLeft: () => this.beside(-1),
      ArrowRight: () => this.beside(1),
      Home: () => this.select(this.layout.boxes[0]),
      Enter: () => this.selected && page.open(this.selected.node),
      z: () => this.selected && this.zoomTo(this.selected),
      " ": () => this.selected && this.zoomTo(this.selected),
      "+": () => this.zoomBy(0.5),
      "=": () => this.zoomBy(0.5),
      "-": () => this.zoomBy(2),
      0: () => this.show(0, this.layout.end),
      Escape: () => this.show(0, this.layout.end),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || (event.key === "Escape" && !this.isZoomed())) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /** Go to the next box to the left or right in the same row. */
  beside(step) {
    if (!this.selected) return this.select(this.layout.boxes[0]);
    const row = this.rows.get(this.selected.row);
    this.select(row[row.indexOf(this.selected) + step] ?? this.selected);
  }

  // ------------------------------------------------------------ the pointer

  listenToPointer() {
    let drag = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, low: this.low, high: this.high, moved: false };
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (drag && event.buttons) {
        if (Math.abs(event.clientX - drag.x) > 4 && !drag.moved) {
          drag.moved = true;
          this.canvas.setPointerCapture(event.pointerId);
        }
        const shift = ((drag.x - event.clientX) / this.width) * (drag.high - drag.low);
        if (drag.moved) this.show(drag.low + shift, drag.high + shift);
      }
      this.point(event);
    });
    this.canvas.addEventListener("pointerleave", () => hideTip());
    this.canvas.addEventListener("click", (event) => {
      const box = drag?.moved ? null : this.boxAt(event);
      drag = null;
      if (!box) return;
      this.select(box, { quiet: true });
      if (this.zoomOnClick) this.zoomTo(box);
      page.open(box.node, { focus: false });
    });
    this.canvas.addEventListener("dblclick", (event) => {
      const box = this.boxAt(event);
      if (box) this.zoomTo(box);
    });
    const wheel = (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return; // plain turning scrolls
      event.preventDefault();
      const at = this.low + (event.offsetX / this.width) * (this.high - this.low);
      this.zoomBy(Math.exp((event.deltaY || event.deltaX) / 300), at);
    };
    this.canvas.addEventListener("wheel", wheel, { passive: false });
  }

  point(event) {
    const box = this.boxAt(event);
    this.canvas.style.cursor = box ? "pointer" : "default";
    if (box) showTip(event, this.layout.describe(box));
    else hideTip();
  }

  boxAt(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const y = event.clientY - bounds.top;
    if (y < AXIS) return null;
    const boxes = this.rows.get(Math.floor((y - AXIS + this.scroller.scrollTop) / ROW)) ?? [];
    const pixel = (this.high - this.low) / this.width;
    const at = this.low + (event.clientX - bounds.left) * pixel;
    return boxes.find((box) => box.start <= at && at <= box.start + Math.max(box.width, 2 * pixel)) ?? null;
  }
}

/** Return 1, 2 or 5 times a power of ten, not less than `least`. */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** Cut a dotted name in front, where it says least. */
function shorten(text, room) {
  return text.length <= room ? text : `\u2026${text.slice(text.length - room + 1)}`;
}

function widest(boxes) {
  return boxes.reduce((best, box) => (best && best.width >= box.width ? best : box), null);
}

function showTip(event, text) {
  const tip = byElementId("tip");
  tip.textContent = text;
  tip.hidden = false;
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, room))}px`;
  const below = event.clientY + 18;
  tip.style.top = `${below + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 10 : below}px`;
}

function hideTip() {
  byElementId("tip").hidden = true;
}
