// The closed set of nodes that formulas are made of.
//
// Nodes are never changed. What they mean is said in Python's `notation/expressions.py`; `page/program.py` writes
// formulas down as data, and `decode.js` reads that. An index stands in subscripts as it is; where it is a number of
// its own, an "index" node is around it.

/** @import { Access, Binary, Call, Compare, Constant, Index, IndexNode, Negate, Node } from "../types.js" */
/** @import { Reduction, Subscript, Tensor, Terms, Where } from "../types.js" */

/** @param {Index} index @returns {IndexNode} its own position, as a number */
export function indexNode(index) {
  return { kind: "index", index };
}

/**
 * A number; Python's whole numbers stay whole numbers: a BigInt is one however large it is.
 * @param {number | bigint} value
 * @param {string} name
 * @param {boolean} whole is it written without a point?
 * @returns {Constant}
 */
export function constant(value, name = "", whole = typeof value === "bigint") {
  const plain = { kind: /** @type {const} */ ("constant"), value: Number(value), name, whole };
  return typeof value === "bigint" && !Number.isSafeInteger(plain.value) ? { ...plain, exact: value } : plain;
}

/** @param {Tensor} tensor @param {Subscript[]} subscripts @returns {Access} one element */
export function access(tensor, subscripts) {
  return { kind: "access", tensor, subscripts };
}

/** @param {Binary["operator"]} operator @param {Node} left @param {Node} right @returns {Binary} */
export function binary(operator, left, right) {
  return { kind: "binary", operator, left, right };
}

/** @param {Compare["operator"]} operator @param {Node} left @param {Node} right @returns {Compare} */
export function compare(operator, left, right) {
  return { kind: "compare", operator, left, right };
}

/** @param {Node} operand @returns {Negate} */
export function negation(operand) {
  return { kind: "negate", operand };
}

/** @param {Compare} condition @param {Node} then @param {Node} otherwise @returns {Where} */
export function either(condition, then, otherwise) {
  return { kind: "where", condition, then, otherwise };
}

/** @param {string} name of the function @param {Node} argument @returns {Call} */
export function call(name, argument) {
  return { kind: "call", name, argument };
}

/** @param {Reduction["how"]} how @param {Index[]} indices @param {Node} body @returns {Reduction} */
export function reduction(how, indices, body) {
  return { kind: "reduction", how, indices, body };
}

/** @param {Terms["how"]} how @param {Node[]} list @returns {Terms} a reduction written out */
export function terms(how, list) {
  return { kind: "terms", how, terms: list };
}

/** @param {Subscript} subscript @returns {subscript is Access} is something looked up? */
export function isLookup(subscript) {
  return typeof subscript === "object" && "kind" in subscript;
}

/** @param {Subscript} subscript @returns {subscript is Index} */
export function isIndex(subscript) {
  return typeof subscript === "object" && !("kind" in subscript);
}

/**
 * The nodes directly below this one, left to right.
 * @param {Node} node
 * @returns {Node[]}
 * @throws {TypeError} for what is no node
 */
export function children(node) {
  switch (node.kind) {
    case "index":
    case "constant":
      return [];
    case "access":
      return node.subscripts.filter(isLookup);
    case "binary":
    case "compare":
      return [node.left, node.right];
    case "negate":
      return [node.operand];
    case "where":
      return [node.condition, node.then, node.otherwise];
    case "call":
      return [node.argument];
    case "reduction":
      return [node.body];
    case "terms":
      return node.terms;
    default:
      return noKind(node);
  }
}

/**
 * This node and every node below it, parents first; subscripts that look something up are included.
 * @param {Node} node
 * @returns {Node[]}
 */
export function walk(node) {
  const found = [];
  const waiting = [node];
  while (waiting.length > 0) {
    const next = /** @type {Node} */ (waiting.pop());
    found.push(next);
    waiting.push(...children(next).toReversed());
  }
  return found;
}

/**
 * Every node of one kind in the walk, such as all elements that are read: `find(formula, "access")`.
 * @template {Node["kind"]} Kind
 * @param {Node} node
 * @param {Kind} kind
 * @returns {Extract<Node, { kind: Kind }>[]}
 */
export function find(node, kind) {
  return /** @type {Extract<Node, { kind: Kind }>[]} */ (walk(node).filter((part) => part.kind === kind));
}

/**
 * The same kind of node over other children, as many as it has; a lookup's must be elements again.
 * @param {Node} node
 * @param {Node[]} below
 * @returns {Node}
 */
export function rebuild(node, below) {
  switch (node.kind) {
    case "index":
    case "constant":
      return node;
    case "access":
      return rebuiltAccess(node, below);
    case "binary":
      return binary(node.operator, below[0], below[1]);
    case "compare":
      return compare(node.operator, below[0], below[1]);
    case "negate":
      return negation(below[0]);
    case "where":
      return either(/** @type {Compare} */ (below[0]), below[1], below[2]);
    case "call":
      return call(node.name, below[0]);
    case "reduction":
      return reduction(node.how, node.indices, below[0]);
    case "terms":
      return terms(node.how, below);
    default:
      return noKind(node);
  }
}

/** @param {Access} node @param {Node[]} below @returns {Access} */
function rebuiltAccess(node, below) {
  if (below.length === 0) return node;
  let next = 0;
  return access(
    node.tensor,
    node.subscripts.map((subscript) => (isLookup(subscript) ? /** @type {Access} */ (below[next++]) : subscript)),
  );
}

/**
 * The node with other parts: those that `change` gives, from the top; where it gives null, it is asked inside.
 * @param {Node} node
 * @param {(part: Node) => Node | null} change
 * @returns {Node}
 */
export function transform(node, change) {
  const changed = change(node);
  if (changed !== null) return changed;
  return rebuild(
    node,
    children(node).map((child) => transform(child, change)),
  );
}

/**
 * A text that is the same for nodes that are alike in structure, and for no others; of one program.
 *
 * As in Python, 1 and 1.0 are alike, and so are 0 and -0; what an index counts is no part of what it is.
 * @param {Node | Subscript} node
 * @returns {string}
 */
export function key(node) {
  if (typeof node === "number") return String(node);
  if (!("kind" in node)) return `${node.name}:${node.extent}`;
  switch (node.kind) {
    case "index":
      return key(node.index);
    case "constant":
      return `${node.exact ?? node.value}${node.name && ` ${JSON.stringify(node.name)}`}`;
    case "access":
      return `@${node.tensor.number}[${node.subscripts.map(key).join(",")}]`;
    case "binary":
    case "compare":
      return `(${key(node.left)} ${node.operator} ${key(node.right)})`;
    case "reduction":
      return `${node.how}{${node.indices.map(key).join(",")}}(${key(node.body)})`;
    case "call":
      return `${node.name}(${key(node.argument)})`;
    default:
      return `${node.kind}${node.kind === "terms" ? `.${node.how}` : ""}(${children(node).map(key).join(",")})`;
  }
}

/**
 * The nodes without those that are like an earlier one.
 * @template {Node} Kind
 * @param {Kind[]} nodes
 * @returns {Kind[]}
 */
export function distinct(nodes) {
  /** @type {Map<string, Kind>} */
  const found = new Map();
  for (const node of nodes) {
    const like = key(node);
    if (!found.has(like)) found.set(like, node);
  }
  return [...found.values()];
}

/** @param {never} node @returns {never} */
function noKind(node) {
  throw new TypeError(`${JSON.stringify(node)} is none of the kinds of nodes that there are`);
}
