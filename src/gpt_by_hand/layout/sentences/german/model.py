"""German: what the model's formulas, tensors, axes and scopes say of themselves, and the topics of exercises.

By the English text. Braces with nothing in them stand for a name, as in "Block {}, {}"; what stands there is told too.
"""

AXES = {
    "sequence in the batch": "Sequenz im Batch",
    "sequence": "Sequenz",
    "sequence {}": "Sequenz {}",
    "position in the sequence": "Position in der Sequenz",
    "position": "Position",
    "at {}": "bei {}",
    "position that asks": "Position, die fragt",
    "seen from {}": "von {} aus",
    "position that is asked": "Position, die gefragt wird",
    "position looked at": "angesehene Position",
    "looking at {}": "mit Blick auf {}",
    "position in the position table": "Position in der Positionstabelle",
    "position {}": "Position {}",
    "channel: one of the numbers that describe a word": "Kanal: eine der Zahlen, die ein Wort beschreiben",
    "channel": "Kanal",
    "channel {}": "Kanal {}",
    "channel that comes out of a layer": "Kanal, der aus einer Schicht herauskommt",
    "query, key or value": "Query, Key oder Value",
    "part": "Teil",
    "query": "Query",
    "key": "Key",
    "value": "Value",
    "head": "Kopf",
    "head {}": "Kopf {}",
    "channel of a head": "Kanal eines Kopfes",
    " of the head": " des Kopfes",
    "channel of the feed-forward layer": "Kanal der Feed-Forward-Schicht",
    "feature": "Merkmal",
    "feature {}": "Merkmal {}",
    "word of the vocabulary": "Wort des Vokabulars",
    "word": "Wort",
    "word {}": "Wort {}",
}
SCOPES = {
    "Block {}, {}": "Block {}, {}",
    "Embeddings: words and positions become vectors": "Embeddings: Wörter und Positionen werden zu Vektoren",
    "Embeddings": "Embeddings",
    "Attention": "Attention",
    "Feed-forward": "Feed-Forward",
    "LayerNorm before attention": "LayerNorm vor der Attention",
    "LayerNorm before the feed-forward layer": "LayerNorm vor der Feed-Forward-Schicht",
    "Last LayerNorm": "Letzte LayerNorm",
    "LayerNorm": "LayerNorm",
    "Head: a score for every word": "Ausgabe: ein Score für jedes Wort",
    "Head": "Ausgabe",
    "Loss": "Verlust",
    "Learning rate": "Lernrate",
    "Clipping: the gradient's length": "Kürzen: die Länge des Gradienten",
    "Clipping": "Kürzen",
    "AdamW": "AdamW",
}
PHASES = {
    "input": "Eingabe",
    "parameter": "Parameter",
    "forward": "vorwärts",
    "loss": "Verlust",
    "backward": "rückwärts",
    "clip": "Kürzen",
    "update": "Aktualisierung",
    "sampling": "Ziehen",
    "why": "warum",
}
SIZES = {
    "word table (also the head)": "Worttabelle (auch für die Ausgabe)",
    "position table": "Positionstabelle",
    "LayerNorms": "LayerNorms",
}
GIVEN = {
    "the words, as numbers": "die Wörter als Zahlen",
    "the places that they stand at": "die Positionen, an denen sie stehen",
    "the words that come next, as numbers": "die Wörter, die als Nächstes kommen, als Zahlen",
    "a vector for each word": "ein Vektor für jedes Wort",
    "a vector for each position": "ein Vektor für jede Position",
    "how much of each channel to keep": "wie viel von jedem Kanal bleibt",
    "the bias": "der Bias",
    "1 keeps an activation, 0 drops it": "1 behält eine Aktivierung, 0 lässt sie wegfallen",
    "makes q, k and v": "erzeugt q, k und v",
    "joins the heads": "fügt die Köpfe zusammen",
    "asks 4C questions about a word": "stellt 4C Fragen zu einem Wort",
    "turns the features into a change of the word": "macht aus den Merkmalen eine Änderung des Wortes",
    "how many updates came before this one": "wie viele Aktualisierungen es vor dieser gab",
    "the mean before this iteration": "der Mittelwert vor dieser Iteration",
    "the mean square before this iteration": "das mittlere Quadrat vor dieser Iteration",
    "the score of each word": "der Score jedes Wortes",
    "what the scores are divided by": "wodurch die Scores geteilt werden",
    "the lowest score that may still be drawn": "der niedrigste Score, der noch gezogen werden darf",
}
FORWARD = {
    "Which vector stands for {t|this word}?": "Welcher Vektor steht für {t|dieses Wort}?",
    "Which vector stands for {t|this position}?": "Welcher Vektor steht für {t|diese Position}?",
    "What does the model know about the word and its place, before it looks around?": (
        "Was weiß das Modell über das Wort und seine Position, bevor das Wort sich umsieht?"
    ),
    "What is left when dropout has set some activations to zero?": (
        "Was bleibt übrig, wenn Dropout einige Aktivierungen auf null gesetzt hat?"
    ),
    "What is the average of the numbers of {t|this word}?": (
        "Was ist der Mittelwert der Zahlen {t|dieses Wortes|von @}?"
    ),
    "How far is each number from the average?": "Wie weit ist jede Zahl vom Mittelwert entfernt?",
    "How large are the distances from the average, squared, on average?": (
        "Wie groß sind die Quadrate der Abstände vom Mittelwert im Mittel?"
    ),
    "What brings the numbers to a spread of 1?": "Was bringt die Zahlen auf die Streuung 1?",
    "What are the numbers after centring, bringing to a spread of 1, and weighting?": (
        "Was wird aus den Zahlen, wenn man sie zentriert, auf die Streuung 1 bringt und gewichtet?"
    ),
    "What is {t|this word} looking for?": "Wonach sucht {t|dieses Wort}?",
    "What does {t|this word} offer to those who look?": "Was bietet {t|dieses Wort} denen an, die suchen?",
    "What does {t|this word} pass on to those who look at it?": (
        "Was gibt {t|dieses Wort} an die weiter, die es ansehen?"
    ),
    "How well does {i|each query|the query of @} match {j|each key|the key of @}?": (
        "Wie gut passt {i|jede Query|die Query von @} {j|zu jedem Key|zum Key von @}?"
    ),
    "What is the largest of the scores?": "Wie groß ist der größte Score?",
    "How large is e to the power of {j|each of the scores|the score of @}, less the largest?": (
        "Wie groß ist e hoch ({j|Score|Score von @} minus größter Score)?"
    ),
    "What do the powers of e add up to?": "Was ergeben die Potenzen von e zusammen?",
    "What share does {j|each of the scores|@} get?": "Welchen Anteil bekommt {j|jeder Score|@}?",
    "What does {t|each word} get from the words it looks at?": (
        "Was bekommt {t|jedes Wort} von den Wörtern, die es ansieht?"
    ),
    "What does attention add to {t|this word}?": "Was fügt die Attention {t|diesem Wort|dem Wort @} hinzu?",
    "What is {t|the word} after it has looked around?": (
        "Was ist aus {t|dem Wort|@} geworden, nachdem es sich umgesehen hat?"
    ),
    "How strongly does {f|each feature|feature @} of {t|this word} show?": (
        "Wie stark zeigt sich {f|jedes Merkmal|Merkmal @} {t|dieses Wortes|von @}?"
    ),
    "What share of {f|this feature|feature @} passes?": (
        "Welcher Anteil {f|dieses Merkmals|von Merkmal @} kommt durch?"
    ),
    "What is left of {f|the feature|feature @} after GELU?": (
        "Was bleibt {f|vom Merkmal|von Merkmal @} nach der GELU übrig?"
    ),
    "What does the feed-forward layer add to {t|this word}?": (
        "Was fügt die Feed-Forward-Schicht {t|diesem Wort|dem Wort @} hinzu?"
    ),
    "What is {t|the word} after it has thought about it?": (
        "Was ist aus {t|dem Wort|@} geworden, nachdem es darüber nachgedacht hat?"
    ),
    "How much does the vector of {t|this position} point towards that of {v|each word}?": (
        "Wie sehr zeigt der Vektor {t|dieser Position|von @} in die Richtung {v|jedes Wortvektors|des Vektors von @}?"
    ),
    "What is the largest of the logits?": "Wie groß ist das größte Logit?",
    "How large is e to the power of {v|each of the logits|the logit of @}, less the largest?": (
        "Wie groß ist e hoch ({v|Logit|Logit von @} minus größtes Logit)?"
    ),
    "What share does {v|each of the logits|@} get?": "Welchen Anteil bekommt {v|jedes Logit|@}?",
    "How surprised is the model by the word that really comes next?": (
        "Wie überrascht ist das Modell von dem Wort, das wirklich als Nächstes kommt?"
    ),
    "How surprised is the model on average in {b|this sequence|sequence @}?": (
        "Wie überrascht ist das Modell im Mittel in {b|dieser Sequenz|Sequenz @}?"
    ),
    "How surprised is the model on average in the whole batch?": (
        "Wie überrascht ist das Modell im Mittel im ganzen Batch?"
    ),
    "What are the scores of the words that may be drawn?": (
        "Welche Scores haben die Wörter, die gezogen werden dürfen?"
    ),
    "How large is e to the power of {v|each of the scores|the score of @}, less the largest?": (
        "Wie groß ist e hoch ({v|Score|Score von @} minus größter Score)?"
    ),
    "What share does {v|each of the scores|@} get?": "Welchen Anteil bekommt {v|jeder Score|@}?",
}
DERIVED = {
    "By how much does the loss grow for each unit that {} grows?": (
        "Um wie viel wächst der Verlust je Einheit, um die {} wächst?"
    ),
    "Where do all gradients start? The loss grows by 1 for each unit that it grows itself.": (
        "Wo beginnen alle Gradienten? Der Verlust wächst um 1 je Einheit, um die er selbst wächst."
    ),
    "With {} in place of {}: {}": "Mit {} an der Stelle von {}: {}",
    "How much of {} comes from {}?": "Wie viel von {} kommt aus {}?",
    "what you set it to": "worauf du es gesetzt hast",
    "1 where you set it": "1, wo du es gesetzt hast",
    "How much of {} passes, where nothing is set?": "Wie viel von {} kommt durch, wo nichts gesetzt ist?",
    "a formula for each of its parts": "eine Formel für jeden ihrer Teile",
    "a product of two numbers that both vary": "ein Produkt von zwei Zahlen, die sich beide ändern",
    "a division by a number that varies": "eine Division durch eine Zahl, die sich ändert",
    "a power": "eine Potenz",
    "a maximum": "ein Maximum",
    "a condition on a number that varies": "eine Bedingung an eine Zahl, die sich ändert",
}
UPDATE = {
    "How large a step does this iteration take?": "Wie groß ist der Schritt in dieser Iteration?",
    "How large is this gradient, squared and added up?": (
        "Wie groß ist dieser Gradient, wenn man seine Zahlen quadriert und addiert?"
    ),
    "How large are the gradients of this part of the model together?": (
        "Wie groß sind die Gradienten dieses Teils des Modells zusammen?"
    ),
    "How long is the gradient, all parameters together?": "Wie lang ist der Gradient, alle Parameter zusammen?",
    "By what must the gradient be multiplied so that it is no longer than allowed?": (
        "Womit muss man den Gradienten multiplizieren, damit er nicht länger ist als erlaubt?"
    ),
    "What is this gradient after clipping?": "Wie groß ist dieser Gradient nach dem Kürzen?",
    "How much of the mean has been gathered so far?": "Wie viel vom Mittelwert ist bisher zusammengekommen?",
    "How much of the mean square has been gathered so far?": (
        "Wie viel vom mittleren Quadrat ist bisher zusammengekommen?"
    ),
    "What is the gradient on average, recent ones counting most?": (
        "Wie groß ist der Gradient im Mittel, wobei die jüngsten am meisten zählen?"
    ),
    "What is the square of the gradient on average, recent ones counting most?": (
        "Wie groß ist das Quadrat des Gradienten im Mittel, wobei die jüngsten am meisten zählen?"
    ),
    "What is the weight after the update?": "Wie groß ist das Gewicht nach der Aktualisierung?",
}
BEGUN = {
    "A 32-bit number from the random generator (MT19937)": "Eine 32-Bit-Zahl aus dem Zufallsgenerator (MT19937)",
    "A random number from 0 up to 1: 24 bits of a 32-bit number": (
        "Eine Zufallszahl von 0 bis unter 1: 24 Bits einer 32-Bit-Zahl"
    ),
    "A random number from 0 up to 1: 53 bits of two 32-bit numbers": (
        "Eine Zufallszahl von 0 bis unter 1: 53 Bits von zwei 32-Bit-Zahlen"
    ),
    "Where in the training text does this sequence start?": "Wo im Trainingstext beginnt diese Sequenz?",
    "The training text, as numbers": "Der Trainingstext als Zahlen",
}
TOPICS = {
    "Tokenizing: words as numbers": "Tokenisieren: Wörter als Zahlen",
    "Embedding lookup: a word and its position as a vector": (
        "Embedding nachschlagen: ein Wort und seine Position als Vektor"
    ),
    "LayerNorm: the mean": "LayerNorm: der Mittelwert",
    "LayerNorm: the variance": "LayerNorm: die Varianz",
    "LayerNorm: bringing to a spread of 1": "LayerNorm: auf die Streuung 1 bringen",
    "LayerNorm: the gain": "LayerNorm: der Gain",
    "Query, key and value": "Query, Key und Value",
    "Attention score": "Attention-Score",
    "Mask and softmax: scores become weights": "Maske und Softmax: Scores werden zu Anteilen",
    "Mixing values": "Values mischen",
    "Output projection": "Ausgabeprojektion",
    "Residual: the word and what a layer adds to it": "Residuum: das Wort und was eine Schicht hinzufügt",
    "GELU": "GELU",
    "Feed-forward layer": "Feed-Forward-Schicht",
    "Logits: a score for every word": "Logits: ein Score für jedes Wort",
    "Probability of the next word": "Wahrscheinlichkeit des nächsten Wortes",
    "Cross-entropy: surprise, and its average": "Kreuzentropie: Überraschung und ihr Mittelwert",
    "Gradient of a logit": "Gradient eines Logits",
    "Gradient of an attention score": "Gradient eines Attention-Scores",
    "Gradient of a weight": "Gradient eines Gewichts",
    "Gradient of an embedding that is used twice": "Gradient eines Embeddings, das zweimal verwendet wird",
    "Clipping the gradient": "Den Gradienten kürzen",
    "AdamW: the first step": "AdamW: der erste Schritt",
    "AdamW: a later step": "AdamW: ein späterer Schritt",
    "Learning-rate schedule": "Verlauf der Lernrate",
    "Sampling with temperature and top-k": "Ziehen mit Temperatur und top-k",
    "Worksheets of GPT-by-Hand": "Arbeitsblätter von GPT-by-Hand",
    "A whole GPT on six sheets": "Ein ganzes GPT auf sechs Blättern",
    "From words to vectors": "Von Wörtern zu Vektoren",
    "Queries, keys and values": "Queries, Keys und Values",
    "The feed-forward layer": "Die Feed-Forward-Schicht",
    "The next word": "Das nächste Wort",
    "One gradient, one update": "Ein Gradient, eine Aktualisierung",
}
SETTINGS = {
    "The largest step size, reached after warming up.": "Die größte Schrittweite, erreicht nach dem Aufwärmen.",
    "The step size after lr_decay_iters.": "Die Schrittweite nach lr_decay_iters.",
    "How many iterations the step size takes to grow from 0 to learning_rate.": (
        "Wie viele Iterationen lang die Schrittweite von 0 bis learning_rate wächst."
    ),
    "The iteration at which the step size has come down to min_lr.": (
        "Die Iteration, in der die Schrittweite bei min_lr angekommen ist."
    ),
    "AdamW: how much of the mean gradient is kept in each iteration.": (
        "AdamW: wie viel vom gleitenden Mittelwert des Gradienten in jeder Iteration erhalten bleibt."
    ),
    "AdamW: how much of the mean squared gradient is kept in each iteration.": (
        "AdamW: wie viel vom gleitenden Mittelwert des quadrierten Gradienten in jeder Iteration erhalten bleibt."
    ),
    "AdamW: what keeps the division from going wrong where gradients vanish.": (
        "AdamW: damit die Division nicht misslingt, wo Gradienten verschwinden."
    ),
    "AdamW: by how much matrices shrink, per unit of step size.": (
        "AdamW: um wie viel Matrizen schrumpfen, je Einheit der Schrittweite."
    ),
    "The longest that the gradient may be.": "So lang darf der Gradient höchstens sein.",
}
MODEL = AXES | SCOPES | PHASES | SIZES | GIVEN | FORWARD | DERIVED | UPDATE | BEGUN | TOPICS | SETTINGS
