// What is passed around, for `tsc --checkJs`. There is nothing to run here.

/**
 * What an index counts.
 * @typedef {object} Axis
 * @property {string} counts what it counts: "position in the sequence"
 * @property {string} noun what one of them is called: "head"
 * @property {string} spoken the phrase in front of a question, with {} for its name: "head {}"
 * @property {"numbers" | "words" | "vocabulary" | "apart"} layout how its positions stand in a table
 * @property {string[]} names what the positions are called, if they have names
 * @property {string} apart what stands behind that phrase where another index has the same noun
 * @property {boolean} [sequences] does it count the sequences of a batch?
 */

/**
 * How a language writes numbers.
 * @typedef {object} Language
 * @property {string} code ISO 639-1
 * @property {string} point of decimals
 * @property {string} thousands what stands between groups of them
 * @property {string} between what stands between the arguments of a function
 * @property {string[]} cases what stands in front of the conditions of a formula: the first, others, and what is left
 * @property {[english: string, told: string][]} problems with what somebody typed; braces stand for what is said there
 * @property {boolean} small does a sentence behind a colon go on with a small letter?
 */

/**
 * @typedef {object} Index
 * @property {string} name
 * @property {number} extent
 * @property {Axis | null} axis
 */

/**
 * @typedef {"input" | "mask" | "weight" | "gain" | "bias" | "activation" | "gradient" | "clipped" | "state" |
 *   "update" | "step"} Role
 */

/**
 * A named array of numbers; they lie in the array of all numbers from `at` on, the last axis innermost.
 * @typedef {object} Tensor
 * @property {number} number its place in the program's list
 * @property {string} name
 * @property {Index[]} indices
 * @property {number[]} shape
 * @property {number} size how many numbers it has
 * @property {number} at where they begin; -1 for what is not in that array, such as random numbers
 * @property {boolean} integer do its numbers stand for words or positions?
 * @property {"" | "input" | "parameter"} given where they come from, if no formula computes them
 * @property {Role} role
 * @property {string} title
 * @property {string} concept the same in each layer, whatever the tensor is called
 * @property {Index[][] | null} stored the indices of each axis that it has in a checkpoint, if several share one
 * @property {Tensor | null} of what it is a gradient, a moment or a new weight of
 * @property {Tensor | null} replaces what it takes the place of in the next iteration
 * @property {string} part of the model, whose gradients are measured together
 * @property {number} start what a parameter starts with, if it is not drawn
 */

/**
 * @typedef {object} ConstantNode
 * @property {"constant"} kind
 * @property {number} value
 * @property {string} name
 * @property {boolean} whole written without a point
 * @property {bigint} [exact] all digits of a whole number that has too many for `value`
 * @property {boolean} [fixed] it has a name, and cannot be set
 */

/**
 * @typedef {{ kind: "index", index: Index }} IndexNode its own position
 * @typedef {ConstantNode} Constant
 * @typedef {{ kind: "access", tensor: Tensor, subscripts: Subscript[] }} Access
 * @typedef {{ kind: "binary", operator: "+" | "-" | "*" | "/" | "**" | "%", left: Node, right: Node }} Binary
 * @typedef {{ kind: "compare", operator: "<" | "<=" | ">" | ">=" | "==", left: Node, right: Node }} Compare
 * @typedef {{ kind: "negate", operand: Node }} Negate
 * @typedef {{ kind: "where", condition: Compare, then: Node, otherwise: Node }} Where
 * @typedef {{ kind: "call", name: string, argument: Node }} Call
 * @typedef {{ kind: "reduction", how: "sum" | "max", indices: Index[], body: Node }} Reduction
 * @typedef {{ kind: "terms", how: "sum" | "max", terms: Node[] }} Terms a reduction written out
 * @typedef {IndexNode | Constant | Access | Binary | Compare | Negate | Where | Call | Reduction | Terms} Node
 * @typedef {number | Index | Access} Subscript a position, an index (it has no `kind`), or a lookup
 */

/**
 * @typedef {object} Scope
 * @property {string} name its address, such as h.0.attn
 * @property {string} title
 * @property {number | null} layer
 * @property {string} part
 * @property {string} short what it is called where there is little room: "Attention"
 */

/**
 * @typedef {object} Assignment
 * @property {Tensor} target
 * @property {(number | Index)[]} subscripts
 * @property {Node} expression
 * @property {string} title the question, of all elements
 * @property {string} question the same, with places for one element's own words
 * @property {string} phase forward, loss, backward, clip, update, ...
 * @property {Scope} scope
 * @property {number} number its place in the program's list
 */

/**
 * @typedef {object} Program
 * @property {Axis[]} axes
 * @property {Index[]} indices
 * @property {Scope[]} scopes
 * @property {Tensor[]} tensors those of the program, then those of what it begins with
 * @property {Assignment[]} assignments
 * @property {Map<string, Tensor>} named tensors by name
 * @property {Map<Tensor, Assignment[]>} definitions the formula of a tensor, or those of its parts
 * @property {{ name: string, value: number, whole: boolean, at: number }[]} constants numbers that formulas call by a
 *   name; they lie behind all tensors in the array of all numbers, so that they can be changed
 * @property {[Tensor, Tensor][]} carried what takes the place of what in the next iteration
 * @property {number} size how long the array of all numbers is
 * @property {Template[]} templates how what it begins with is made of random numbers
 */

/**
 * The formula of one number of what a program begins with: its indices stand for what differs from number to number.
 * @typedef {object} Template
 * @property {string} of the concept of the tensor that it is of; "" for a normal number
 * @property {Index[]} subscripts
 * @property {Node} expression
 * @property {number} std of normal numbers, their standard deviation
 * @property {boolean} double are they made in double precision?
 * @property {boolean} sine or of a cosine?
 */

/**
 * Where numbers are read.
 * @typedef {object} Numbers
 * @property {(tensor: Tensor, place: number[]) => number} at
 * @property {(constant: Constant) => number} constant the number that a name stands for now
 */

/**
 * The formula of one element; every access in it has positions for subscripts.
 * @typedef {object} Instance
 * @property {Assignment} assignment
 * @property {number[]} place
 * @property {Node} expression
 * @property {Access[]} lookups
 * @property {[Compare, boolean][]} conditions
 * @property {number} leftOut
 * @property {Access[]} operands each once: those that were looked up come last
 * @property {Access[]} [stopped] gradients that its formula reads, of which nothing passes
 */

/**
 * @typedef {object} Operand
 * @property {string} address
 * @property {number} value
 * @property {Role} role
 * @property {boolean} [whole] is it one of whole numbers, which are never rounded?
 * @property {number} choice its place among the operands
 * @property {() => string} meaning
 */

/**
 * @typedef {{ through: string, role: Role, term: Node, value: number, share: number, arriving: Access }} Use
 * @typedef {{ labels: string[], operands: Operand[], term: Node, value: number, use: Use | null }} Entry
 * @typedef {{ element: Access, meaning: () => string }} Column
 */

/**
 * A sum or a maximum of three terms or more, with a row for each.
 * @typedef {object} Ledger
 * @property {string} name what the working calls it
 * @property {"sum" | "max"} how
 * @property {string[]} running the letters that tell the rows apart
 * @property {Column[]} columns
 * @property {Entry[]} entries
 * @property {number} total
 * @property {boolean} product is each term the product of its operands?
 */

/**
 * One number, and where it comes from: what Python's `Explanation` has.
 * @typedef {object} Explanation
 * @property {string} address
 * @property {number} value
 * @property {Tensor} tensor
 * @property {number[]} place
 * @property {string} title
 * @property {string} meaning the question in words
 * @property {string} phase
 * @property {Role} role
 * @property {number[] | null} stored
 * @property {"float32" | "float64"} precision
 * @property {string[]} notes
 * @property {Instance | null} instance
 * @property {Node[]} stages from the formula with its numbers put in down to the value
 * @property {Node | null} short the formula with a name in place of each long sum
 * @property {Node[]} working that, worked out
 * @property {Ledger[]} ledgers
 * @property {Operand[]} operands
 * @property {Use[]} uses
 * @property {string | null} substituted in Python, with `math`
 */

/**
 * Where a trace starts from, down to the random stream. A prompt has no iteration, and no batch. A draw is of so many
 * normal numbers for a parameter, in place of those before; without one, of 32-bit values that nothing is made of.
 * @typedef {[parameter: string, count: number, std: number]} Draw
 * @typedef {object} Origin
 * @property {number} seed
 * @property {number | null} iteration
 * @property {boolean} fresh are the weights those that were drawn?
 * @property {boolean} saved are they those of a checkpoint?
 * @property {number[] | null} starts where the rows of the batch start in the training tokens
 * @property {boolean} [here] has the page trained since it was opened?
 * @property {(number | null)[] | null} draws which draws of the stream said so; null for what a checkpoint had drawn
 * @property {number} decimals that start weights are rounded to; -1 for all
 * @property {number} seq_length
 * @property {Draw[]} drawn in the order of the stream; nothing if the weights are not those
 * @property {ArrayLike<number> | null} [data] the training tokens; put here when the page is read
 */

/**
 * Tokens are so many, each in so many bytes, the lowest first.
 * @typedef {{ bytes: 1 | 2 | 4, count: number, base64: string }} Tokens
 *
 * How training goes on from here: this iteration's batch and masks are drawn, and nothing of it is computed.
 * Then, for each iteration: an evaluation if one is due (`eval_iters` times `batch_size` starts of training data, then
 * as many of held-out data), the batches, and masks between them where there is dropout.
 * @typedef {object} Run
 * @property {number} batch_size
 * @property {number} gradient_accumulation_steps
 * @property {number} eval_interval
 * @property {number} eval_iters
 * @property {number} dropout_rate
 * @property {{ train: Tokens, val: Tokens }} data
 * @property {{ seed: number, draws: number }} stream how many 32-bit values were taken from it by now
 * @property {number[]} next_starts of the next iteration's first micro-step, drawn already
 * @property {(number | null)[]} next_draws which draws said so
 * @property {number | null} evaluation the first draw of the evaluation before this iteration, if there was one
 * @property {[train: number, val: number] | null} evaluated what it has found, where a checkpoint says so
 */

/**
 * Which model it is, as Python's `Whose` has it.
 * @typedef {object} Whose
 * @property {string} source
 * @property {number | null} seed
 * @property {number | null} before
 * @property {number} here
 * @property {number | null} iteration
 * @property {[steps: number, sequences: number] | null} rows
 * @property {[steps: number, sequences: number] | null} usual
 * @property {[seen: number, given: number] | null} window
 * @property {string} precision
 * @property {boolean} targets
 * @property {boolean} by_hand does the iteration take the rows that are taken by hand?
 */

/**
 * Each word, by its number: in tables, in sentences, and the text that it stands for. Where texts have no spaces of
 * their own, words are joined by one, but none stands before a mark, unless `marks_apart`.
 * @typedef {object} Vocabulary
 * @property {"word" | "char" | "bpe"} kind
 * @property {string[]} labels
 * @property {string[]} quoted
 * @property {Record<string, string>} short of labels that a table has no room for, as much as it has
 * @property {string[]} texts
 * @property {boolean} has_its_spaces
 * @property {boolean} marks_apart
 * @property {number} known how many of the model's words the vocabulary has; the others cannot come
 */

/**
 * Names that somebody may ask for in vain: `tied` is the head's weight and what has it; the others are there only where
 * there are targets, and where weights are updated.
 * @typedef {{ tied: [string, string], backward: string[], update: string[] }} Absent
 */

/**
 * Numbers that no formula computes, by the names of their tensors. Real ones are float32, all behind each other: the
 * lowest bytes of all, then the next ones, and the ones above, in base64; and for the highest a letter each, from "#"
 * on, as there are few different `bytes`. Where all weights are those that were drawn, only how that was done. What is
 * left out is 0.
 * @typedef {object} Given
 * @property {Record<string, number[]>} whole
 * @property {{ names: string[], base64: string, highest: string, bytes: number[] }} real
 * @property {{ seed: number, draws: Draw[] } | null} drawn
 */

/**
 * What is run for a formula: the number of its form, and where the numbers begin that this is called with: how many
 * tensors before the formula's own; with two numbers, so far behind that; with one, that of a constant.
 * @typedef {[form: number, ...called: (number | [number] | [number, number])[]]} Step
 */

/**
 * All that a page is made of, beside its scripts; Python's `page/contents.py` writes it.
 * @typedef {object} Contents
 * @property {string} title
 * @property {1} format
 * @property {unknown} program what `decode` reads
 * @property {number} computed how many of its assignments run with each computation: the first ones
 * @property {Step[]} steps for each of those
 * @property {{ program: unknown, steps: Step[] } | null} writing what computes a text, where the program is too short
 * @property {[share: number, of: number][]} shares the parts of the logits: a tensor of shares, and whose they are
 * @property {[share: number, of: number][]} ways of each share, those on the way too, the tensor that it is a share of
 * @property {[residual: number, probabilities: number][]} lens what the model would say after each layer: tensors
 * @property {unknown} sampling from logits to the probabilities that a word is drawn with: what `decode` reads
 * @property {Given} given what no formula computes
 * @property {[address: string, value: number | string][]} set numbers that were set in Python; "inf" where it is none
 * @property {Whose} whose
 * @property {Origin | null} origin
 * @property {Run | null} run
 * @property {Vocabulary} vocabulary
 * @property {number | null} perfect the best possible loss
 * @property {Record<string, string>} settings what each setting of training means, by its name in the formulas
 * @property {Absent} absent
 * @property {Record<string, string>} sentences templates by key
 * @property {Language} language they are of
 */

/**
 * A page of worksheets, beside its copies; Python's `practice/browser` writes it.
 * @typedef {object} SheetContents
 * @property {1} format
 * @property {string} title
 * @property {"worksheet" | "exercise"} kind
 * @property {number} copies how many there are
 * @property {{ code: string, point: string }} language
 * @property {Record<string, string>} sentences templates by key
 * @property {"a4" | "us-letter"} paper
 */

/**
 * A worksheet in the browser: what Python writes of it.
 * @typedef {number | "inf" | "-inf" | "nan"} AnyNumber as JSON has it
 * @typedef {string | MarkupElement} Markup text, or an element of HTML, MathML or SVG: its tag, attributes, children
 * @typedef {[tag: string, attributes: Record<string, string>, ...children: any[]]} MarkupElement
 * @typedef {[says: number, value: AnyNumber, allowed: AnyNumber, cost: number, node: number, kind: number]} MistakeRow
 */

/**
 * One number that is asked for.
 * @typedef {object} AnswerBox
 * @property {string} address
 * @property {string} label for screen readers: address and meaning
 * @property {AnyNumber} answer
 * @property {boolean} whole is a whole number asked for?
 * @property {AnyNumber} low the least that is accepted
 * @property {AnyNumber} high the most that is accepted
 * @property {number} tolerance how far from the answer rounding can lead
 * @property {string} asked how many digits: "4 decimals"
 * @property {string} precision the same in a sentence, with what is near enough
 * @property {Markup[]} hints the way to the answer, a step each
 * @property {Markup} solution
 * @property {Markup} check what to check first
 * @property {string} shown the answer as exercises write it
 * @property {MistakeRow[]} mistakes what each of the question's mistakes would lead to
 */

/**
 * @typedef {object} SheetQuestion
 * @property {string} topic its key: "score"
 * @property {string} title of the topic
 * @property {string} command what asks for more of them
 * @property {number} number
 * @property {Markup[]} blocks
 * @property {AnswerBox[]} boxes
 * @property {string[]} says what mistakes are called behind "what comes out"
 * @property {string[]} kinds of mistakes
 */

/**
 * @typedef {object} SheetCopy one copy of a worksheet
 * @property {number} seed
 * @property {[digit: number, radix: number][]} header what the code of this copy begins with
 * @property {string[]} again commands that make it again
 * @property {{ title: string, about: string, questions: SheetQuestion[] }[]} sheets
 */

export {};
