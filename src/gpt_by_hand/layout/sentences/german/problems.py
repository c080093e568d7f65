"""German: what is wrong with what somebody typed on a page, or with a link to it.

By the English text; braces stand for what is said there. What fits first, fits.
"""

PROBLEMS = {
    "{} is no address: write one such as h.0.attn.scores[0,1,3,2]": (
        "{} ist keine Adresse: Schreib eine wie h.0.attn.scores[0,1,3,2]"
    ),
    "{} is a whole tensor: say which number, with the indices {}, or as it is stored {}": (
        "{} ist ein ganzer Tensor: Sag, welche Zahl, mit den Indizes {} oder, wie er gespeichert ist, {}"
    ),
    "{} is a whole tensor: say which number, with the indices {}": (
        "{} ist ein ganzer Tensor: Sag, welche Zahl, mit den Indizes {}"
    ),
    "{} means several numbers: ask for one of them, such as {}; gpt-by-hand trace --only '{}' shows them all": (
        "{} meint mehrere Zahlen: Frag nach einer davon, etwa {}; alle zeigt gpt-by-hand trace --only '{}'"
    ),
    "{} does not exist: {} is a single number, without indices": (
        "{} gibt es nicht: {} ist eine einzelne Zahl ohne Indizes"
    ),
    "{} does not exist: {} has the indices {}, or as it is stored {}": (
        "{} gibt es nicht: {} hat die Indizes {} oder, wie er gespeichert ist, {}"
    ),
    "{} does not exist: {} has the indices {}": ("{} gibt es nicht: {} hat die Indizes {}"),
    "{} is no element ({}): {} has the indices {}, or as it is stored {}": (
        "{} ist kein Eintrag ({}): {} hat die Indizes {} oder, wie er gespeichert ist, {}"
    ),
    "{} is no element ({}): {} has the indices {}": ("{} ist kein Eintrag ({}): {} hat die Indizes {}"),
    "{} is no element: {} has the indices {}, or as it is stored {}": (
        "{} ist kein Eintrag: {} hat die Indizes {} oder, wie er gespeichert ist, {}"
    ),
    "{} is no element: {} has the indices {}": ("{} ist kein Eintrag: {} hat die Indizes {}"),
    "{} does not exist: the head's weight is the word table (they are tied); ask for {}": (
        "{} gibt es nicht: Das Gewicht der Ausgabe ist die Worttabelle (beide sind dasselbe); frag nach {}"
    ),
    "{} does not exist here: a prompt updates no weights: use --iteration in place of --prompt": (
        "{} gibt es hier nicht: Ein Prompt aktualisiert keine Gewichte; nimm --iteration statt --prompt"
    ),
    (
        "{} does not exist here: a prompt has no targets, so no loss and no gradients: add --gradients, which takes "
        "each word's next one as its target, or use --iteration in place of --prompt"
    ): (
        "{} gibt es hier nicht: Ein Prompt hat keine Ziele, also keinen Verlust und keine Gradienten; ergänze "
        "--gradients, dann ist das Ziel jedes Wortes das nächste, oder nimm --iteration statt --prompt"
    ),
    "{} does not exist here: a prompt is no training text; use --iteration": (
        "{} gibt es hier nicht: Ein Prompt ist kein Trainingstext; nimm --iteration"
    ),
    "there is no tensor {} here: perhaps you meant {} or {}": (
        "Einen Tensor {} gibt es hier nicht: Meintest du {} oder {}?"
    ),
    "there is no tensor {} here: perhaps you meant {}": ("Einen Tensor {} gibt es hier nicht: Meintest du {}?"),
    "there is no tensor {} here: there are, for example, {}": (
        "Einen Tensor {} gibt es hier nicht: Es gibt zum Beispiel {}"
    ),
    "{} does not exist: {} is given, and no weight, so no gradient is computed for it": (
        "{} gibt es nicht: {} ist gegeben und kein Gewicht, also wird kein Gradient dafür berechnet"
    ),
    "{} does not exist: the loss is not computed from {}, so it has no gradient": (
        "{} gibt es nicht: Der Verlust wird nicht aus {} berechnet, also gibt es keinen Gradienten"
    ),
    "{} does not exist: {} is held constant on the way back, so no gradient goes through it": (
        "{} gibt es nicht: {} bleibt auf dem Rückweg fest, also geht kein Gradient hindurch"
    ),
    "{} is word {} of the vocabulary, but {} counts no words": (
        "{} ist Wort {} des Vokabulars, aber {} zählt keine Wörter"
    ),
    "{} is word {} of the vocabulary, but not in the sequence, which has {}": (
        "{} ist Wort {} des Vokabulars, steht aber nicht in der Sequenz: Die hat {}"
    ),
    "{} is word {} of the vocabulary; {} counts positions: give a number": (
        "{} ist Wort {} des Vokabulars, und {} zählt Positionen: Gib eine Zahl ein"
    ),
    "{} stands at the positions {} and {}: say which": ("{} steht an den Positionen {} und {}: Sag, welche"),
    "{} is no word of the vocabulary; nearest: {}": ("{} ist kein Wort des Vokabulars; am nächsten sind: {}"),
    "{} is no word of the vocabulary": ("{} ist kein Wort des Vokabulars"),
    "{} is set to nan: give a number": ("{} ist auf nan gesetzt: Gib eine Zahl ein"),
    "{} is set to {}: it must be a whole number from 0 to {}": (
        "{} ist auf {} gesetzt: Es muss eine ganze Zahl von 0 bis {} sein"
    ),
    "{} is set to {}: it must be a number": ("{} ist auf {} gesetzt: Es muss eine Zahl sein"),
    (
        "{} cannot be set where there are gradients: they hold the largest score as it is, which is right only while "
        "all powers of e and their total follow from it; set scores or shares, or leave the gradients out, with a "
        "prompt"
    ): (
        "{} kann man nicht setzen, wo es Gradienten gibt: Sie halten den größten Score fest, und das stimmt nur, "
        "solange alle Potenzen von e und ihre Summe aus ihm folgen; setz Scores oder Anteile, oder lass die "
        "Gradienten weg, mit einem Prompt"
    ),
    "the model's scores are no numbers ({}): its weights, or what is set, are too large": (
        "Die Scores des Modells sind keine Zahlen ({}): Seine Gewichte, oder was gesetzt ist, sind zu groß"
    ),
    "the text holds no word: give one": ("Der Text enthält kein Wort: Gib eines ein"),
    "temperature is {}: it must be 0, which always takes the likeliest word, or a finite number from {} up": (
        "Die Temperatur ist {}: Sie muss 0 sein, dann kommt immer das wahrscheinlichste Wort, oder eine endliche "
        "Zahl ab {}"
    ),
    "top_k is {}: it must be 1 or more, or 0 to draw from all words": (
        "top_k ist {}: Es muss 1 oder mehr sein, oder 0, um aus allen Wörtern zu ziehen"
    ),
    "max_tokens is {}: it must be at least 1": ("max_tokens ist {}: Es muss mindestens 1 sein"),
    "seed is {}: give a whole number from 0 to {}": ("Der Seed ist {}: Gib eine ganze Zahl von 0 bis {} ein"),
    "the link makes {} changes, which is too many": ("Der Link macht {} Änderungen, und das sind zu viele"),
    "the link says {}, which is no text: copy the whole link": (
        "Im Link steht {}, und das ist kein Text: Kopiere den ganzen Link"
    ),
    "the link goes on to iteration {}: it must be a whole number from {} to {}": (
        "Der Link geht weiter bis Iteration {}: Es muss eine ganze Zahl von {} bis {} sein"
    ),
    "the link says {}: it must be an address and a number, such as beta1=0.5": (
        "Im Link steht {}: Es muss eine Adresse und eine Zahl sein, etwa beta1=0.5"
    ),
    "the link trains, but this is a prompt": ("Der Link trainiert, aber das hier ist ein Prompt"),
}
