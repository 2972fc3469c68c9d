// The table of modules: sorted by any column, and only the rows that are seen exist, so that many cost little.

const ROW_HEIGHT = 28;
const SPARE = 12;

/** { key, title, words, value (to sort by), show (a cell's content), most (largest first), wide } for each column. */
function columnsOf(withPhases, longest) {
  const number = (key, title, words, value, show) => ({ key, title, words, value, show: (node) => show(value(node)), most: true });
  const text = (key, title, words, value) => ({ key, title, words, value, show: value });
  const phases = withPhases
    ? PHASES.map((phase) => number(phase, phase, `Time spent ${PHASE_WORDS[phase]}`, (node) => node.phases[phase] ?? 0, (value) => (value ? time(value) : "")))
    : [{
        key: "phases",
        title: "Phases",
        words: "Where its self time went; as long as the self time. Sorts by the phase that took longest",
        value: (node) => node.longest,
        show: (node) => lengthened(phaseBar(phaseParts(node.phases), node.self_time), node.self_time / longest),
      }];
  return [
    { key: "module", title: "Module", words: "Sorts by name", value: (node) => node.module, show: (node) => node.module },
    number("self", "Self", "Time without the imports inside", (node) => node.self_time, time),
    number("total", "Total", "Time with all imports inside", (node) => node.total, time),
    number("alone", "Alone", "What it alone costs: its self time and that of the modules that only it brings in", (node) => node.alone, time),
    ...phases,
    text("kind", "Kind", "What kind of module it is", (node) => node.kind ?? ""),
    text("distribution", "Distribution", "The installed distribution it belongs to", (node) => node.distribution ?? ""),
    text("outcome", "Outcome", "How the import ended", outcomeWords),
    text("bytecode", "Bytecode", "What was found of its bytecode file", (node) => node.bytecode ?? ""),
    number("bytes", "Bytes", "What was read from files", (node) => node.bytes, (value) => (value ? size(value) : "")),
    number("calls", "Calls", "File-system calls: stat, list, open", (node) => node.callCount, (value) => (value ? count(value) : "")),
    number("order", "At", "When it began", (node) => node.started, time),
  ];
}

/** Make a bar as long as its share of the longest one; the root lets small ones be seen. */
function lengthened(bar, part) {
  bar.style.inlineSize = `${Math.max(3, 100 * Math.sqrt(part || 0))}%`;
  return bar;
}

class ModuleTable {
  constructor(host, model, filter) {
    this.filter = filter;
    this.longest = Math.max(1, maximum(model.nodes, (node) => node.self_time));
    this.key = "self";
    this.descending = true;
    this.at = 0;
    this.head = element("thead");
    this.rows = element("tbody");
    this.table = element("table", { role: "grid", "aria-label": "Modules", "aria-multiselectable": "false" }, this.head, this.rows);
    this.scroller = element("div", { class: "scroller table", tabindex: "-1" }, this.table);
    const switched = (event) => this.setPhases(event.target.checked);
    const box = element("input", { type: "checkbox", id: "phase-columns", onchange: switched });
    host.append(element("div", { class: "chartbar" }, element("label", {}, box, " A column for each phase")), this.scroller);
    this.setPhases(false);
    let asked = false;
    const soon = () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        this.render();
      });
    };
    this.scroller.addEventListener("scroll", soon);
    new ResizeObserver(soon).observe(this.scroller);
    this.rows.addEventListener("click", (event) => this.click(event));
    this.rows.addEventListener("keydown", (event) => this.pressed(event));
  }

  setPhases(on) {
    this.columns = columnsOf(on, this.longest);
    if (!this.columns.some(({ key }) => key === this.key)) this.key = "self";
    this.table.classList.toggle("detailed", on);
    this.refresh();
  }

  sortBy(column) {
    this.descending = this.key === column.key ? !this.descending : Boolean(column.most);
    this.key = column.key;
    this.refresh();
    byElementId(`sort-${column.key}`).focus();
    speak(`Sorted by ${column.title}, ${this.descending ? "largest first" : "smallest first"}`);
  }

  /** Take what the filter lets pass, sort it, and begin at the top. */
  refresh() {
    const { value } = this.columns.find(({ key }) => key === this.key);
    const sign = this.descending ? -1 : 1;
    const order = (one, other) => (one < other ? -sign : one > other ? sign : 0);
    this.nodes = [...this.filter.found].sort((one, other) => order(value(one), value(other)) || one.started - other.started);
    this.at = 0;
    this.scroller.scrollTop = 0;
    this.renderHead();
    this.render();
  }

  renderHead() {
    const cell = (column) => {
      const sorted = column.key === this.key ? (this.descending ? "descending" : "ascending") : "none";
      const arrow = { none: "", ascending: " \u25b2", descending: " \u25bc" }[sorted];
      const button = element("button", { type: "button", id: `sort-${column.key}`, title: column.words, onclick: () => this.sortBy(column) }, column.title, element("span", { "aria-hidden": "true" }, arrow));
      return element("th", { scope: "col", class: `of-${column.key}${column.most ? " number" : ""}`, "aria-sort": sorted }, button);
    };
    this.head.replaceChildren(element("tr", { "aria-rowindex": "1" }, this.columns.map(cell)));
    this.table.setAttribute("aria-rowcount", this.nodes.length + 1);
    this.table.setAttribute("aria-colcount", this.columns.length);
  }

  render() {
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_HEIGHT) - SPARE);
    const last = Math.min(this.nodes.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW_HEIGHT) + SPARE);
    const focused = this.rows.contains(document.activeElement);
    const rows = this.nodes.slice(first, last).map((node, index) => this.row(node, first + index));
    const empty = this.nodes.length ? null : element("tr", {}, element("td", { colspan: this.columns.length, class: "empty" }, "No module matches. Escape in the search field shows all again."));
    this.rows.replaceChildren(...[spacer(first), ...rows, empty, spacer(this.nodes.length - last)].filter(Boolean));
    if (focused) this.rows.querySelector("tr[tabindex='0']")?.focus({ preventScroll: true });
  }

  row(node, index) {
    const open = page.opened === node;
    const cells = this.columns.map((column) => {
      const name = `of-${column.key}${column.most ? " number" : ""}`;
      const shown = column.show(node);
      return element("td", { class: name, title: typeof shown === "string" ? shown : null }, shown);
    });
    return element(
      "tr",
      { tabindex: index === this.at ? "0" : "-1", "aria-rowindex": index + 2, "aria-selected": String(open), "data-id": node.id, class: node.outcome === "failed" ? "failed" : null },
      cells,
    );
  }

  click(event) {
    const row = event.target.closest("tr[data-id]");
    if (!row) return;
    this.at = Number(row.getAttribute("aria-rowindex")) - 2;
    page.open(this.nodes[this.at], { focus: false });
    this.goTo(this.at);
  }

  pressed(event) {
    const aPage = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: aPage, PageUp: -aPage, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.goTo(this.at + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") page.open(this.nodes[this.at]);
    else return;
    event.preventDefault();
  }

  goTo(index) {
    this.at = Math.min(Math.max(0, index), this.nodes.length - 1);
    const top = this.at * ROW_HEIGHT;
    const head = this.head.offsetHeight;
    const room = this.scroller.clientHeight - head;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > this.scroller.scrollTop + room) this.scroller.scrollTop = top + ROW_HEIGHT - room;
    this.render();
    this.rows.querySelector("tr[tabindex='0']")?.focus({ preventScroll: true });
  }
}

function spacer(rows) {
  if (!rows) return null;
  const made = element("tr", { "aria-hidden": "true", class: "spacer" }, element("td"));
  made.firstChild.style.height = `${rows * ROW_HEIGHT}px`;
  return made;
}
