"""Words in pictures."""

PICTURES = {
    "heat": "heat map",
    "heat.masked": "masked",
    "heat.unknown": "no finite number",
}
WATCHED = {
    "film": "Watched while {folder} was trained",
    "film.over": "Watched while {folder} was trained, over {prompt}",
    "film.iteration": "iteration {iteration}",
    "phase": "{up} by {across}",
    "phase.paths": "Each path leads from iteration {first} to {last}, where its name stands.",
}
