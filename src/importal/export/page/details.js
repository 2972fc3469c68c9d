// One module: its journey, who asked for it, what it brought in, and what it alone costs.

const SHOWN = 12;

function detailsOf(node, model) {
  return [
    element("div", { class: "detailshead" },
      element("h2", { tabindex: "-1", id: "details-title" }, node.module),
      element("button", { type: "button", class: "close", title: "Close (Escape)", "aria-label": "Close", onclick: () => page.close() }, "\u00d7")),
    element("p", { class: `outcome ${node.outcome}` }, outcomeSentence(node)),
    figures(node),
    section("Journey", element("ol", { class: "journey" }, journey(node, model))),
    section("Who asked for it", importers(node)),
    askedAgain(node, model),
    onlyHere(node, model),
    inside(node),
  ].filter(Boolean);
}

function section(title, ...content) {
  return element("section", {}, element("h3", {}, title), ...content);
}

function outcomeSentence(node) {
  if (node.outcome === "failed") {
    const went = node.handled === null ? "" : node.handled ? " The program handled that and went on." : " Nothing handled that.";
    return `Failed: ${node.error ?? "no error noted"}.${went}`;
  }
  const sentences = {
    loaded: "Loaded.",
    found: "Found in the table by the time it was looked for: something else had loaded it.",
    circular: "Found in the table while its code was still running: this import is part of a circle.",
  };
  return sentences[node.outcome] ?? node.outcome;
}

function figures(node) {
  const all = [
    ["self", time(node.self_time), "without the imports inside"],
    ["total", time(node.total), "with them"],
    ["alone", time(node.alone), "with what only it brings in"],
    ["read", size(node.bytes), plural(node.callCount, "file-system call")],
  ];
  return element("dl", { class: "figures" }, all.map(([title, figure, words]) =>
    element("div", {}, element("dt", {}, title), element("dd", {}, element("b", {}, figure), element("small", {}, words)))));
}

// ------------------------------------------------------------ the journey

/** The steps an import passes, in order; a step that was not taken is left out. */
function journey(node, model) {
  const { phases } = node;
  const steps = [
    step("Asked for", null, node.by ? place(node.by) : "by nothing that is in the record", `in ${threadName(node.thread, model.threads.find((one) => one.thread === node.thread))}, ${time(node.started)} after the start`),
    phases.wait ? step("Waited", "wait", "another thread was importing it") : null,
    phases.find || node.finder || node.searched.length ? step("Looked for", "find", node.finder ? `answered by ${node.finder}` : "no finder had it", searched(node), callWords(node)) : null,
    node.origin || node.loader ? step("Found", null, fact("origin", node.origin), fact("kind", node.kind), fact("distribution", node.distribution), fact("loader", node.loader)) : null,
    phases.create ? step("Created", "create", node.kindGroup === "extension" ? "the shared library was loaded" : "the module object was made") : null,
    bytecodeStep(node),
    phases.execute ? step("Executed", "execute", node.children.length ? `its code ran, and asked for ${plural(node.children.length, "module")} that had to be imported` : "its code ran") : null,
    phases.other ? step("Between the steps", "other") : null,
    node.gc ? element("li", {}, element("b", {}, "Garbage collection"), element("span", { class: "figure" }, time(node.gc)), element("div", { class: "words" }, "within the times above")) : null,
  ];
  return [element("li", { class: "whole" }, phaseBar(phaseParts(phases), node.self_time, "phases of its self time")), ...steps].filter(Boolean);

  function step(title, phase, ...words) {
    const figure = phase && phases[phase] ? element("span", { class: "figure" }, `${time(phases[phase])} `, element("small", {}, share(phases[phase], node.self_time))) : null;
    const dot = phase ? element("span", { class: "swatch", "data-colour": phase }) : element("span", { class: "swatch hollow" });
    return element("li", {}, dot, element("b", {}, title), figure, words.filter(Boolean).map((one) => (typeof one === "string" ? element("div", { class: "words" }, one) : one)));
  }
}

function fact(name, value) {
  return value ? element("div", { class: "fact" }, element("span", { class: "words" }, name), element("span", { class: "value" }, breakable(value))) : null;
}

function searched(node) {
  if (!node.searched.length) return null;
  const line = (entry) => element("li", { class: entry === node.entry ? "here" : null }, element("span", {}, breakable(entry || "the current folder"), entry === node.entry ? element("small", {}, " has it") : null));
  return element("ol", { class: "searched", "aria-label": "Path entries that were asked, in order" }, node.searched.map(line));
}

function callWords(node) {
  const calls = Object.entries(node.calls ?? {});
  return calls.length ? `file-system calls of the whole import: ${calls.map(([name, number]) => `${count(number)} ${name}`).join(", ")}` : null;
}

function bytecodeStep(node) {
  const spent = ["read", "validate", "unmarshal", "compile", "write"].map((phase) => [phase, node.phases[phase] ?? 0]).filter(([, value]) => value);
  if (!spent.length && !node.bytecode) return null;
  const line = ([phase, value]) => element("div", { class: "fact" }, element("span", {}, element("span", { class: "swatch", "data-colour": phase }), PHASE_WORDS[phase]), element("span", { class: "figure" }, time(value)));
  return element("li", {},
    element("span", { class: "swatch hollow" }),
    element("b", {}, "Code"),
    spent.length ? element("span", { class: "figure" }, time(sum(spent.map(([, value]) => value)))) : "",
    fact("bytecode file", node.bytecode),
    fact("because", node.reason),
    fact("new bytecode file", node.kept),
    node.bytes ? fact("read", size(node.bytes)) : null,
    spent.map(line));
}

// ------------------------------------------------------------ who and what else

function place(by) {
  return element("div", { class: "place" }, breakable(`${by.file}:${by.line}`), element("span", { class: "words" }, ` in ${by.module}`));
}

/** The chain of importers, from the module outwards to the program. */
function importers(node) {
  const line = (one) => element("li", {}, one === node ? element("b", {}, one.module) : moduleButton(one), element("span", { class: "figure" }, time(one.total)), one.by ? place(one.by) : element("div", { class: "words" }, "asked for by nothing that is in the record"));
  return element("ol", { class: "chain" }, chainOf(node).map(line));
}

function askedAgain(node, model) {
  const others = model.byName.get(node.module).filter((other) => other !== node);
  const cached = model.askedAgain.get(node.module) ?? [];
  if (!others.length && !cached.length) return null;
  const again = (one) => element("li", {}, moduleButton(one, `imported at ${time(one.started)}: ${outcomeWords(one)}`), one.by ? place(one.by) : null);
  const line = (one) => element("li", {}, place(one.by), element("span", { class: "figure" }, `${count(one.count)} \u00d7`));
  return section("Asked for as well", element("p", { class: "words" }, "Statements that found it in the table. Without the first, one of these would have imported it."), more([...others.map(again), ...cached.map(line)]));
}

function onlyHere(node, model) {
  if (!node.onlyHere) return null;
  const nodes = broughtInOnlyBy(node, model);
  const top = [...nodes].sort((one, other) => other.self_time - one.self_time);
  const show = () => page.showOnly([node, ...nodes], `only by ${node.module}`);
  return section("Only it brings in",
    element("p", { class: "words" }, `${plural(nodes.length, "module")}, ${time(node.alone)} with its own. `, element("button", { type: "button", onclick: show }, "Show them in the table")),
    more(top.map((one) => element("li", {}, moduleButton(one), element("span", { class: "figure" }, time(one.self_time))))));
}

function inside(node) {
  if (!node.children.length) return null;
  return section("Imports inside", more(node.children.map((one) => element("li", {}, moduleButton(one), element("span", { class: "figure" }, time(one.total)), one.by ? place(one.by) : null))));
}

/** A list whose rest is shown when it is asked for. */
function more(lines) {
  const list = element("ol", { class: "plainlist" }, lines.slice(0, SHOWN));
  if (lines.length <= SHOWN) return list;
  const rest = element("button", { type: "button", onclick: () => { list.append(...lines.slice(SHOWN)); rest.remove(); } }, `${count(lines.length - SHOWN)} more`);
  return element("div", {}, list, rest);
}
