// Where the boxes of the two charts stand: over time in a lane for each thread, and summed up by the way they came.

/** The waterfall: each import from its beginning to its end, one lane a thread, imports inside below their importer. */
function waterfallLayout(model) {
  const boxes = [];
  const headings = [];
  const boxes_of = new Map();
  const numbers = new Set([...model.threads.map((one) => one.thread), ...model.nodes.map((one) => one.thread)]);
  let row = 0;
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const nodes = model.nodes.filter((node) => node.thread === number);
    const thread = model.threads.find((one) => one.thread === number);
    headings.push({ row, text: laneWords(number, thread, nodes) });
    for (const node of nodes) {
      const parent = boxes_of.get(node.parentNode) ?? null;
      const box = { start: node.started, width: node.total, row: row + 1 + node.depth, label: node.module, node, parent, children: [] };
      parent?.children.push(box);
      boxes_of.set(node, box);
      boxes.push(box);
    }
    row += 2 + maximum(nodes, (node) => node.depth + 1);
  }
  return {
    name: "waterfall",
    boxes,
    headings,
    rows: row + 1,
    end: model.end,
    boxOf: (node) => boxes_of.get(node),
    describe: describeImport,
    hint: "Click an import to see its journey, drag to move, hold Ctrl and turn the wheel to zoom, or use the arrow keys.",
  };
}

function laneWords(number, thread, nodes) {
  const name = threadName(number, thread);
  const own = thread ? `, ${time(thread.own)} of its own code in ${time(thread.ended - thread.started)}` : "";
  return `${name}: ${plural(nodes.length, "import")}${own}`;
}

function threadName(number, thread) {
  return thread?.name || (number ? `thread ${number}` : "main thread");
}

function describeImport({ node }) {
  const failed = node.outcome === "failed" ? `, failed: ${node.error ?? ""}` : "";
  return `${node.module}: total ${time(node.total)}, self ${time(node.self_time)}, from ${time(node.started)} on${failed}`;
}

/** The flame graph: imports that came the same way summed up, the most expensive first, over the sum of their time. */
function flameLayout(model) {
  const boxes = [];
  const boxOf = new Map();
  let rows = 0;
  const place = (nodes, start, row, parent) => {
    const groups = [...groupBy(nodes, (node) => node.module).values()].map((same) => ({ same, width: sum(same.map((node) => node.total)) }));
    const placed = [];
    for (const { same, width } of groups.sort((one, other) => other.width - one.width)) {
      const box = { start, width, row, label: same[0].module, node: same[0], same, parent, children: [] };
      same.forEach((node) => boxOf.set(node, box));
      boxes.push(box);
      placed.push(box);
      parent?.children.push(box);
      start += width;
    }
    rows = Math.max(rows, row + 1);
    return placed;
  };
  let level = place(model.roots, 0, 0, null);
  // Level by level rather than by recursion: chains of imports may be longer than the stack.
  while (level.length) {
    level = level.flatMap((box) => place(box.same.flatMap((node) => node.children), box.start, box.row + 1, box));
  }
  return {
    name: "flame graph",
    boxes,
    headings: [],
    rows: rows + 1,
    end: Math.max(1, sum(model.roots.map((node) => node.total))),
    boxOf: (node) => boxOf.get(node),
    describe: describeFlame,
    hint: "Click to zoom, Escape to go back. Width is time with all imports inside; the part below which nothing stands is a module's own.",
  };
}

function describeFlame(box) {
  const times = box.same.length > 1 ? ` in ${box.same.length} imports` : "";
  return `${box.label}: total ${time(box.width)}${times}, self ${time(sum(box.same.map((node) => node.self_time)))}`;
}
