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

/** Read the record's document. Returns { record, nodes, roots, threads, byId, byName, begin, end, ... }. */
function readModel(text) {
  const record = JSON.parse(text);
  const nodes = record.imports.map(makeNode).sort((one, other) => one.started - other.started || one.id - other.id);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const byName = groupBy(nodes, (node) => node.module);
  const roots = linkTree(nodes, byId);
  const askedAgain = groupBy(record.cached, (cached) => cached.module);
  const threads = [...record.threads].sort((one, other) => one.thread - other.thread);
  const end = Math.max(1, ...threads.map((thread) => thread.ended), maximum(nodes, (node) => node.ended));
  const model = { record, nodes, byId, byName, roots, askedAgain, threads, begin: 0, end };
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
    alone: 0,
    onlyHere: [],
    text: [one.module, one.distribution, one.origin, one.kind, one.by?.file].filter(Boolean).join("\n").toLowerCase(),
  };
}

/** Return in one word of seven what kind of module it is; the record's own words are finer. */
function kindGroup(one) {
  const kind = one.kind ?? "";
  if (one.outcome === "failed") return "failed";
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

// ------------------------------------------------------------ what a module alone costs

/**
 * Set `alone` and `onlyHere` of every node: its own self time and that of the modules that only it brings in.
 *
 * Module B is brought in only by A when every way from the program to B goes through A: when A dominates B in the graph
 * of who asks for whom. Statements that found their module in the table count: without A, they would have loaded it.
 */
function addCosts(model) {
  const names = [...model.byName.keys()];
  const number = new Map(names.map((name, index) => [name, index + 1])); // 0 is the program
  const successors = Array.from({ length: names.length + 1 }, () => new Set());
  const from = (name) => number.get(name) ?? 0;
  const add = (asking, asked) => {
    if (asking !== asked) successors[asking].add(asked);
    // Nobody can have a submodule without its package.
    for (let dot = names[asked - 1].lastIndexOf("."); dot > 0; dot = names[asked - 1].lastIndexOf(".", dot - 1)) {
      const owner = from(names[asked - 1].slice(0, dot));
      if (owner && owner !== asking) successors[asking].add(owner);
    }
  };
  for (const node of model.nodes) add(from(node.parentNode?.module ?? node.by?.module), from(node.module));
  for (const cached of model.record.cached) if (number.has(cached.module)) add(from(cached.by.module), from(cached.module));

  const { order, dominator } = dominators(successors);
  const cost = [0, ...names.map((name) => sum(model.byName.get(name).map((node) => node.self_time)))];
  const below = names.map(() => []);
  for (const one of order.slice(1).reverse()) {
    cost[dominator[one]] += cost[one];
    if (dominator[one]) below[dominator[one] - 1].push(names[one - 1]);
  }
  names.forEach((name, index) => {
    for (const node of model.byName.get(name)) {
      node.alone = cost[index + 1];
      node.onlyHere = below[index];
    }
  });
}

/**
 * Return for each node that can be reached from node 0 its immediate dominator, and these nodes in reverse postorder.
 *
 * The iteration of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001).
 */
function dominators(successors) {
  const order = reversePostorder(successors);
  const place = new Array(successors.length).fill(-1);
  order.forEach((node, index) => (place[node] = index));
  const predecessors = successors.map(() => []);
  for (const node of order) for (const next of successors[node]) predecessors[next].push(node);

  const dominator = new Array(successors.length).fill(-1);
  dominator[0] = 0;
  const common = (one, other) => {
    while (one !== other) {
      while (place[one] > place[other]) one = dominator[one];
      while (place[other] > place[one]) other = dominator[other];
    }
    return one;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of order.slice(1)) {
      const found = predecessors[node].filter((before) => dominator[before] !== -1).reduce(common);
      if (dominator[node] !== found) {
        dominator[node] = found;
        changed = true;
      }
    }
  }
  return { order, dominator };
}

function reversePostorder(successors) {
  const seen = new Set([0]);
  const postorder = [];
  const stack = [[0, successors[0].values()]];
  while (stack.length) {
    const [node, rest] = stack[stack.length - 1];
    const { value, done } = rest.next();
    if (done) {
      postorder.push(node);
      stack.pop();
    } else if (!seen.has(value)) {
      seen.add(value);
      stack.push([value, successors[value].values()]);
    }
  }
  return postorder.reverse();
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
