// The first view: what there is, where the time went, and what to look at first.

const MOST = 10;

function fillOverview(host, model) {
  const parts = [
    cards(model),
    phasesPart(model),
    element(
      "div",
      { class: "columns" },
      slowest(model, "Slowest by themselves", "Time of the module's own import, without the imports inside.", (node) => node.self_time),
      slowest(model, "Most costly alone", "The module and all that only it brings in: what would be saved without it.", (node) => node.alone),
      slowest(model, "Slowest with all inside", "From the beginning of the import to its end.", (node) => node.total),
      distributions(model),
      failures(model),
      compiled(model),
      threads(model),
      startup(model),
    ),
  ];
  host.append(...parts.filter(Boolean));
}

function cards(model) {
  const { record, nodes, threads } = model;
  const loaded = nodes.filter(isLoaded).length;
  const failed = nodes.filter((node) => node.outcome === "failed").length;
  const self = sum(nodes.map((node) => node.self_time));
  const calls = sum(nodes.map((node) => node.callCount));
  const cached = sum(record.cached.map((one) => one.count));
  const whole = self + sum(threads.map((one) => one.own));
  const facts = [
    [time(model.end), "from start to end", plural(threads.length, "thread")],
    [time(self), "spent on imports", `${share(self, whole)} of the time of all threads`],
    [count(loaded), "modules loaded", `and ${count(cached)} times one was there already`],
    [count(failed), "failed", failed ? `${count(nodes.filter((node) => node.outcome === "failed" && node.handled).length)} of them handled` : "nothing went wrong"],
    [size(sum(nodes.map((node) => node.bytes))), "read", plural(calls, "file-system call")],
    [time(sum(nodes.map((node) => node.gc))), "garbage collection", "inside imports"],
  ];
  return element("dl", { class: "cards" }, facts.map(([figure, words, more]) =>
    element("div", { class: "card" }, element("dt", {}, words), element("dd", {}, element("b", {}, figure), element("small", {}, more)))));
}

function phasesPart(model) {
  const phases = Object.fromEntries(PHASES.map((phase) => [phase, sum(model.nodes.map((node) => node.phases[phase] ?? 0))]));
  const own = sum(model.threads.map((one) => one.own));
  const parts = [["own", own], ...phaseParts(phases)];
  const whole = sum(parts.map(([, value]) => value));
  const row = ([name, value]) =>
    element("tr", {},
      element("th", { scope: "row" }, element("span", { class: "swatch", "data-colour": name }), name === "own" ? "own code" : name),
      element("td", { class: "number" }, time(value)),
      element("td", { class: "number" }, share(value, whole)),
      element("td", { class: "words" }, PHASE_WORDS[name]));
  return element("section", { class: "part wide" },
    element("h2", {}, "Where the time went"),
    phaseBar(parts, whole, parts.map(([name, value]) => `${name} ${share(value, whole)}`).join(", ")),
    element("table", { class: "plain" }, element("tbody", {}, parts.map(row))));
}

/** A part of the overview: a heading, a line of explanation, and lines with bars. Null when it has no lines. */
function part(title, words, lines) {
  if (!lines.length) return null;
  return element("section", { class: "part" }, element("h2", {}, title), words ? element("p", { class: "words" }, words) : null, element("ol", {}, lines));
}

/** A line with a bar behind it, as long as its share. */
function barLine(head, figure, fraction) {
  const bar = element("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${100 * fraction}%`;
  return element("li", {}, bar, element("span", {}, head), element("span", { class: "figure" }, figure));
}

function slowest(model, title, words, value) {
  const first = new Map();
  for (const node of model.nodes) if (value(node) > value(first.get(node.module) ?? { self_time: -1, alone: -1, total: -1 })) first.set(node.module, node);
  const top = [...first.values()].sort((one, other) => value(other) - value(one)).slice(0, MOST);
  return part(title, words, top.map((node) => barLine(moduleButton(node), time(value(node)), value(node) / value(top[0] ?? node) || 0)));
}

function distributions(model) {
  const groups = [...groupBy(model.nodes, (node) => node.distribution ?? node.kindGroup)]
    .map(([name, nodes]) => ({ name, nodes, self: sum(nodes.map((node) => node.self_time)) }))
    .sort((one, other) => other.self - one.self)
    .slice(0, MOST);
  const line = ({ name, nodes, self }) => {
    const show = () => page.showOnly(nodes, name);
    return barLine(element("button", { type: "button", class: "module", onclick: show }, `${name} `, element("small", {}, plural(nodes.length, "import"))), time(self), self / groups[0].self || 0);
  };
  return part("By distribution", "Self times of what each has brought; without a distribution, by kind.", groups.map(line));
}

function failures(model) {
  const failed = model.nodes.filter((node) => node.outcome === "failed");
  const line = (node) => element("li", {}, moduleButton(node), " ", element("span", { class: "words" }, `${outcomeWords(node)}: ${node.error ?? "no error noted"}`));
  return part("What failed", failed.length > MOST ? `The first ${MOST} of ${failed.length}.` : "", failed.slice(0, MOST).map(line));
}

function compiled(model) {
  const groups = [...groupBy(model.nodes.filter((node) => node.phases.compile), (node) => node.reason ?? node.bytecode ?? "no reason noted")]
    .map(([reason, nodes]) => ({ reason, nodes, cost: sum(nodes.map((node) => node.phases.compile)) }))
    .sort((one, other) => other.cost - one.cost)
    .slice(0, MOST);
  const line = ({ reason, nodes, cost }) => {
    const show = () => page.showOnly(nodes, "compiled");
    return barLine(element("button", { type: "button", class: "module", onclick: show }, `${reason} `, element("small", {}, plural(nodes.length, "module"))), time(cost), cost / groups[0].cost);
  };
  return part("Compiled from source, and why", "With a fresh bytecode file each would only have been unpacked.", groups.map(line));
}

function threads(model) {
  if (model.threads.length < 2) return null;
  const line = (one) => {
    const inside = sum(model.nodes.filter((node) => node.thread === one.thread).map((node) => node.self_time));
    return barLine(`${threadName(one.thread, one)}: ${time(one.ended - one.started)}`, `${time(inside)} on imports`, inside / model.end);
  };
  return part("Threads", "", model.threads.slice(0, 2 * MOST).map(line));
}

function startup(model) {
  const files = [...model.record.startup].sort((one, other) => other.time - one.time);
  const line = (one) =>
    element("li", {}, element("span", { class: "place" }, breakable(one.line === null ? one.file : `${one.file}:${one.line}`)), element("span", { class: "figure" }, time(one.time)), element("code", {}, one.text), one.error ? element("span", { class: "words" }, one.error) : null, one.modules.length ? element("span", { class: "words" }, `brought in ${one.modules.join(", ")}`) : null);
  return part("Before the program began", "What start-up files cost (.pth, .start, sitecustomize), measured in a start of its own.", files.slice(0, MOST).map(line));
}
