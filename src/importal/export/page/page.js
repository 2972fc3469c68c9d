// Everything put together: views, the opened module, theme, keys. The address (#view/id) says what is open.

const VIEWS = ["overview", "waterfall", "flame", "modules"];
const THEMES = ["system", "light", "dark"];
const KEYS = [
  ["1 2 3 4", "overview, waterfall, flame graph, modules"],
  ["/", "search"],
  ["Escape", "back: out of the zoom, the search, the opened module"],
  ["Arrow keys", "in the table and the charts: from module to module (up: who asked for it, down: what it asked for)"],
  ["Enter", "open the module's journey"],
  ["Z, +, -, 0", "in the charts: zoom to the module, in, out, show all"],
  ["T", "colours: as the system, light, dark"],
  ["?", "these keys"],
];

const page = {
  opened: null,
  view: null,
  charts: {},

  start() {
    this.model = readModel(byElementId("record").textContent, byElementId("alone").textContent);
    this.fillFacts();
    this.filter = new Filter(this.model, () => this.filtered());
    fillOverview(byElementId("view-overview"), this.model);
    this.table = new ModuleTable(byElementId("view-modules"), this.model, this.filter);
    for (const view of VIEWS) byElementId(`tab-${view}`).addEventListener("click", () => this.go(view, this.opened));
    byElementId("theme").addEventListener("click", () => this.nextTheme());
    byElementId("keys").addEventListener("click", () => this.toggleHelp());
    byElementId("save").addEventListener("click", () => this.save());
    byElementId("help").append(element("dl", {}, KEYS.map(([key, words]) => element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, words)))));
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("hashchange", () => this.follow());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    this.setTheme(remembered());
    this.follow();
    document.documentElement.dataset.ready = "true";
  },

  fillFacts() {
    const { record } = this.model;
    const implementation = record.python.implementation === "cpython" ? "CPython" : record.python.implementation;
    const python = [implementation, record.python.version].filter(Boolean).join(" ") || "an unknown Python";
    const facts = [python, record.python.platform, record.date, `importal ${record.importal}`, statusWords(record.ended)];
    byElementId("facts").textContent = facts.filter(Boolean).join(" \u00b7 ");
    if (record.ended.complete) return;
    byElementId("notice").textContent = "The program was stopped before it could say a last word: times of imports that were going on are as far as is known.";
    byElementId("notice").hidden = false;
  },

  // ------------------------------------------------------------ where one is

  /** Go to a view, with a module opened or none, by way of the address, so that the browser's Back comes back. */
  go(view, node) {
    const address = `#${view}${node ? `/${node.id}` : ""}`;
    if (location.hash !== address) location.hash = address;
    if (this.view !== view || this.opened !== node) this.follow();
  },

  follow() {
    const [view, id] = location.hash.slice(1).split("/");
    this.showView(VIEWS.includes(view) ? view : "overview");
    this.showDetails(id ? this.model.byId.get(Number(id)) ?? null : null);
  },

  showView(view) {
    if (this.view === view) return;
    this.view = view;
    for (const name of VIEWS) {
      byElementId(`view-${name}`).hidden = name !== view;
      const tab = byElementId(`tab-${name}`);
      tab.setAttribute("aria-selected", String(name === view));
      tab.tabIndex = name === view ? 0 : -1;
    }
    hideTip();
    if (view === "waterfall" || view === "flame") this.chart(view);
    if (view === "modules") this.table.render();
  },

  /** Return a chart, made when it is first looked at. */
  chart(view) {
    if (!this.charts[view]) {
      const layout = view === "flame" ? flameLayout(this.model) : waterfallLayout(this.model);
      const all = colourings(this.model);
      const chart = new Chart(byElementId(`view-${view}`), layout, { colouring: all.kind, zoomOnClick: view === "flame" });
      chart.shown = (node) => this.filter.shows(node);
      this.addColouring(chart, all);
      this.charts[view] = chart;
      if (this.opened) chart.selectNode(this.opened);
    }
    this.charts[view].draw();
    return this.charts[view];
  },

  addColouring(chart, all) {
    let shown = legend(all.kind.groups);
    const list = element("select", { "aria-label": "Coloured by" }, Object.keys(all).map((name) => element("option", { value: name }, `Colour: ${name === "phase" ? "longest phase" : name}`)));
    list.addEventListener("change", () => {
      chart.colouring = all[list.value];
      const next = legend(chart.colouring.groups);
      shown.replaceWith(next);
      shown = next;
      chart.draw();
    });
    chart.bar.append(list, shown);
  },

  filtered() {
    this.table.refresh();
    for (const chart of Object.values(this.charts)) chart.draw();
    if (this.view === "overview") this.go("modules", this.opened);
  },

  showOnly(nodes, words) {
    this.filter.showOnly(nodes, words);
    this.go("modules", this.opened);
  },

  // ------------------------------------------------------------ the opened module

  /** Open a module's journey; with the keyboard the focus goes there, and comes back when it is closed. */
  open(node, { focus = true } = {}) {
    this.cameFrom = document.activeElement?.closest("#details") ? this.cameFrom : document.activeElement;
    this.go(this.view, node);
    if (focus) byElementId("details-title").focus();
  },

  close() {
    this.go(this.view, null);
    if (this.cameFrom?.isConnected) this.cameFrom.focus();
    else if (this.view === "modules") this.table.goTo(this.table.at);
    else byElementId(`tab-${this.view}`).focus();
  },

  showDetails(node) {
    if (this.opened === node) return;
    this.opened = node;
    const details = byElementId("details");
    details.hidden = !node;
    byElementId("body").classList.toggle("withdetails", Boolean(node));
    if (node) {
      details.replaceChildren(...detailsOf(node, this.model));
      details.scrollTop = 0;
      for (const chart of Object.values(this.charts)) chart.selectNode(node);
    }
    this.table.render();
  },

  // ------------------------------------------------------------ keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inTabs = event.target.closest?.("[role=tablist]");
    if (inTabs && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return this.moveTab(event);
    if (event.key === "Escape") return this.escape(event);
    if (event.target.closest?.("input, select, textarea")) return;
    if (event.key === "/") byElementId("search").focus();
    else if (event.key === "t" || event.key === "T") this.nextTheme();
    else if (event.key === "?") this.toggleHelp();
    else if ("1234".includes(event.key)) this.goWithFocus(VIEWS[Number(event.key) - 1]);
    else return;
    event.preventDefault();
  },

  moveTab(event) {
    const at = VIEWS.indexOf(this.view);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: VIEWS.length - 1 }[event.key];
    this.go(VIEWS.at(to % VIEWS.length), this.opened);
    byElementId(`tab-${this.view}`).focus();
    event.preventDefault();
  },

  /** Go to a view and put the focus where its arrow keys work. */
  goWithFocus(view) {
    this.go(view, this.opened);
    if (view === "modules") this.table.goTo(this.table.at);
    else (this.charts[view]?.canvas ?? byElementId(`view-${view}`)).focus();
  },

  /** Undo the innermost thing: help, search, opened module, filter. A zoomed chart has heard the key before. */
  escape(event) {
    if (!byElementId("help").hidden) this.toggleHelp();
    else if (event.target.id === "search" && this.filter.isActive()) this.filter.clear();
    else if (this.opened) this.close();
    else if (this.filter.isActive()) this.filter.clear();
    else return;
    event.preventDefault();
  },

  toggleHelp() {
    const help = byElementId("help");
    help.hidden = !help.hidden;
    byElementId("keys").setAttribute("aria-expanded", String(!help.hidden));
  },

  // ------------------------------------------------------------ theme and file

  nextTheme() {
    this.setTheme(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]);
    remember(this.theme);
  },

  setTheme(theme) {
    this.theme = THEMES.includes(theme) ? theme : "system";
    document.documentElement.dataset.theme = this.theme;
    byElementId("theme").textContent = `Colours: ${this.theme}`;
    this.recolour();
  },

  recolour() {
    palette.forget();
    for (const chart of Object.values(this.charts)) chart.draw();
  },

  save() {
    const address = URL.createObjectURL(new Blob([byElementId("record").textContent, "\n"], { type: "application/json" }));
    element("a", { href: address, download: "record.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  },
};

function statusWords({ status, error }) {
  if (error) return `ended by ${error}`;
  if (status === null) return null;
  return status < 0 ? `killed by signal ${-status}` : `exit status ${status}`;
}

// A browser may forbid pages opened from disk to remember anything: then the choice holds while the page is open.
function remembered() {
  try {
    return localStorage.getItem("importal-colours");
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem("importal-colours", theme);
  } catch {
    return;
  }
}

page.start();
