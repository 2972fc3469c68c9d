// Which modules are shown: words to search for, and choices. It holds for the table and the charts alike.

class Filter {
  constructor(model, changed) {
    this.model = model;
    this.search = byElementId("search");
    this.total = byElementId("matches");
    const threads = model.threads.map((one) => [String(one.thread), threadName(one.thread, one)]);
    const present = (key) => [...new Set(model.nodes.map(key))].sort().map((value) => [value, value]);
    this.choices = [
      this.choice("filter-kind", "Every kind", present((node) => node.kind ?? "unknown kind"), (node) => node.kind ?? "unknown kind"),
      this.choice("filter-outcome", "Every outcome", present(outcomeWords), outcomeWords),
      this.choice("filter-thread", "Every thread", threads, (node) => String(node.thread)),
    ];
    this.choices[2].list.hidden = threads.length < 2;
    this.only = null; // a set of imports, from "show these"
    this.onlyWords = "";
    const update = () => {
      this.only = null;
      this.update();
      changed();
    };
    this.changed = changed;
    this.search.addEventListener("input", update);
    for (const { list } of this.choices) list.addEventListener("change", update);
    this.update();
  }

  choice(id, all, options, value) {
    const list = byElementId(id);
    list.append(element("option", { value: "" }, all), ...options.map(([key, words]) => element("option", { value: key }, words)));
    return { list, value };
  }

  /** Show only these imports, until something else is asked for. */
  showOnly(nodes, words) {
    this.search.value = "";
    for (const { list } of this.choices) list.value = "";
    this.only = new Set(nodes);
    this.onlyWords = `${words}: `;
    this.update();
    this.changed();
  }

  clear() {
    this.showOnly([], "");
    this.only = null;
    this.update();
    this.changed();
  }

  isActive() {
    return Boolean(this.only || this.search.value.trim() || this.choices.some(({ list }) => list.value));
  }

  update() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const without = words.filter((word) => word.length > 1 && word.startsWith("-")).map((word) => word.slice(1));
    const within = words.filter((word) => !word.startsWith("-"));
    const chosen = this.choices.filter(({ list }) => list.value);
    const matches = (node) =>
      (!this.only || this.only.has(node)) &&
      chosen.every(({ list, value }) => value(node) === list.value) &&
      within.every((word) => node.text.includes(word)) &&
      !without.some((word) => node.text.includes(word));
    this.found = this.model.nodes.filter(matches);
    this.set = new Set(this.found);
    const self = time(sum(this.found.map((node) => node.self_time)));
    const all = this.model.nodes.length;
    this.total.textContent = this.isActive()
      ? `${this.only ? this.onlyWords : ""}${count(this.found.length)} of ${count(all)}, self ${self}`
      : `${plural(all, "import")}, self ${self}`;
  }

  shows(node) {
    return this.set.has(node);
  }
}

function outcomeWords(node) {
  if (node.outcome !== "failed") return node.outcome;
  return node.handled === false ? "failed and raised" : node.handled ? "failed and handled" : "failed";
}
