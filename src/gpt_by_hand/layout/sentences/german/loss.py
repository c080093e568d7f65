"""German: `layout/sentences/loss.py`."""

LOSS = {
    "loss.position": "bei",
    "loss.word": "Wort",
    "loss.after": "nach",
    "loss.nats": "Nat",
    "loss.bits": "Bit",
    "loss.probability": "Wahrscheinlichkeit",
    "loss.rank": "Rang",
    "loss.address": "weiterfragen",
    "loss.sum": "Summe",
    "loss.others": "{count} weitere",
    "loss.folded": "Die {shown} überraschendsten von {count} Wörtern",
    "loss.mean.one": "Verlust: {nats} Nat für {count} Wort, also {bits} Bit; Perplexität {perplexity}: so unsicher wie "
    "bei so vielen Wörtern, die alle gleich wahrscheinlich sind",
    "loss.mean.many": "Verlust: {nats} Nat pro Wort, die Summe geteilt durch {count}, also {bits} Bit; Perplexität "
    "{perplexity}: so unsicher wie bei so vielen Wörtern, die alle gleich wahrscheinlich sind",
    "loss.guess": "Wer alle {count} Wörter des Vokabulars für gleich wahrscheinlich hält, hat {nats} Nat, also {bits} "
    "Bit",
    "loss.first": "Das erste Wort, {word}, wird nicht vorhergesagt: Davor steht nichts",
    "loss.window": "Ab Position {position} wird jedes Wort nur aus den {window} davor vorhergesagt: Weiter zurück "
    "sieht das Modell nicht",
    "loss.ask": "Woher die größte Überraschung kommt: {command}",
    "loss.ask.python": "model.gradients({prompt}).explain({address})",
}
