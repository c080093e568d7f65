"""Words in pictures."""

PICTURES = {
    "heat": "heat map",
    "heat.masked": "masked",
    "heat.unknown": "no finite number",
}
