"""German: what commands say around documents."""

COMMANDS = {
    "title.changes": "Was sich ändert",
    "title.loss": "Verlust",
    "title.why": "Warum {word}?",
    "hint.trained": "ein trainiertes liegt in {folder}: {option}",
    "walk.ask": "wohin (? zeigt, was es gibt): ",
    "plot.loss": "Verlust in Nat pro Token",
    "plot.both": "Verlust in Nat pro Token: t auf den Trainingsdaten, v auf den Validierungsdaten, x beide",
    "plot.runs": "Verlust in Nat pro Token auf den Validierungsdaten: {runs}, x mehrere",
    "plot.train": "Training",
    "plot.val": "Validierung",
    "plot.iteration": "Iteration",
    "plot.last": "Iteration {iteration}",
    "plot.guess": "geraten, ln {count}",
    "plot.perfect": "im Mittel die bestmögliche Vorhersage für {dataset} aus {count} Tokens",
    "plot.several": "x mehrere",
}
