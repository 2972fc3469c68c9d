// The record as the views want it: a tree of nodes, one for each import, with depths, sums and what each alone costs.

const PHASES = ["other", "wait", "find", "create", "read", "validate", "unmarshal", "compile", "write", "execute"];
const PHASE_WORDS = {
  own: "the program's own code",
  other: "between the steps",
  wait: "waiting for another thread",
  find: "looking for it",
  create: "making the module object (an extension is loaded here)",
  read: "reading files",
  validate: "checking the bytecode file",
  unmarshal: "unpacking bytecode",
  compile: "compiling source",
  write: "writing the bytecode file",
  execute: "running its code",
};

/** Read the record's document, and what each module alone costs. Returns { record, nodes, roots, threads, end, ... }. */
function readModel(text, costs) {
  const record = JSON.parse(text);
  const nodes = record.imports.map(makeNode).sort((one, other) => one.started - other.started || one.id - other.id);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const byName = groupBy(nodes, (node) => node.module);
  const roots = linkTree(nodes, byId);
  const askedAgain = groupBy(record.cached, (cached) => cached.module);
  const threads = [...record.threads].sort((one, other) => one.thread - other.thread);
  const end = Math.max(1, ...threads.map((thread) => thread.ended), maximum(nodes, (node) => node.ended));
  const model = { record, nodes, byId, byName, roots, askedAgain, threads, end, costs: JSON.parse(costs) };
  addCosts(model);
  return model;
}

function makeNode(one) {
  const phases = one.phases ?? {};
  return {
    ...one,
    ended: one.started + one.total,
    longest: PHASES.reduce((best, phase) => ((phases[phase] ?? 0) > (phases[best] ?? 0) ? phase : best), "other"),
    callCount: sum(Object.values(one.calls ?? {})),
    kindGroup: kindGroup(one),
    parentNode: null,
    children: [],
    depth: 0,
    alone: one.self_time,
    onlyHere: 0,
    text: [one.module, one.distribution, one.origin, one.kind, one.by?.file].filter(Boolean).join("\n").toLowerCase(),
  };
}

/** Return in one of a few words what kind of module it is; the record's own words are finer. */
function kindGroup(one) {
  const kind = one.kind ?? "";
  if (one.outcome === "failed") return "failed";
  if (one.outcome !== "loaded") return "found";
  if (kind.includes("namespace")) return "namespace";
  if (kind.includes("built-in") || kind.includes("frozen")) return "built in";
  if (kind.includes("extension")) return "extension";
  if (kind.includes("standard")) return "standard library";
  if (kind.includes("third party")) return "third party";
  if (kind.includes("local")) return "local";
  return "unknown";
}

/** Connect nodes with their parents, in order of time. Returns those without one; a parent that is not there is none. */
function linkTree(nodes, byId) {
  const roots = [];
  for (const node of nodes) {
    const parent = node.parent === null ? undefined : byId.get(node.parent);
    // A parent begins before its children do; whatever else a document says would be a circle.
    if (parent && parent !== node && (parent.started < node.started || parent.id < node.id)) {
      node.parentNode = parent;
      node.depth = parent.depth + 1;
      parent.children.push(node);
    } else {
      roots.push(node);
    }
  }
  return roots;
}

/** The node, the one in whose course it was asked for, and so on outwards. */
function chainOf(node) {
  const chain = [];
  for (let at = node; at; at = at.parentNode) chain.push(at);
  return chain;
}

/** Return whether the import made a module: not when it failed, or found what another thread had made. */
function isLoaded(node) {
  return node.outcome === "loaded";
}

/**
 * Set what the loaded cost alone. `model.costs` are [module, time, number of modules that only it brings in], each
 * followed by these.
 */
function addCosts(model) {
  model.costs.forEach(([module, cost, modules], index) => {
    for (const node of (model.byName.get(module) ?? []).filter(isLoaded)) Object.assign(node, { alone: cost, onlyHere: modules, place: index });
  });
}

/** The imports of the modules that only this one brings in. */
function broughtInOnlyBy(node, model) {
  if (!node.onlyHere) return [];
  const costs = model.costs.slice(node.place + 1, node.place + 1 + node.onlyHere);
  return costs.map(([module]) => model.byName.get(module)?.find(isLoaded)).filter(Boolean);
}

// ------------------------------------------------------------ small things

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function maximum(things, value) {
  return things.reduce((most, thing) => Math.max(most, value(thing)), 0);
}

function groupBy(things, key) {
  const groups = new Map();
  for (const thing of things) {
    const name = key(thing);
    if (groups.has(name)) groups.get(name).push(thing);
    else groups.set(name, [thing]);
  }
  return groups;
}
