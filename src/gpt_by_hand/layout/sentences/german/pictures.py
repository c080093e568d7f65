"""German: `layout/sentences/pictures.py`."""

PICTURES = {
    "heat": "Heatmap",
    "heat.masked": "maskiert",
    "heat.unknown": "keine endliche Zahl",
}
WATCHED = {
    "film": "Beobachtet, während {folder} trainiert wurde",
    "film.over": "Beobachtet, während {folder} trainiert wurde, an {prompt}",
    "film.iteration": "Iteration {iteration}",
    "phase": "{up} gegen {across}",
    "phase.paths": "Jeder Weg führt von Iteration {first} bis {last}; an seinem Ende steht sein Name.",
}
