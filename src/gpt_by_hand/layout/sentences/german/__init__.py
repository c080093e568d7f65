"""All sentences in German."""

from __future__ import annotations

from gpt_by_hand.layout.sentences.german.commands import COMMANDS
from gpt_by_hand.layout.sentences.german.difference import DIFFERENCE
from gpt_by_hand.layout.sentences.german.explanations import EXPLANATIONS, TRACES
from gpt_by_hand.layout.sentences.german.loss import LOSS
from gpt_by_hand.layout.sentences.german.model import MODEL
from gpt_by_hand.layout.sentences.german.page import PAGE
from gpt_by_hand.layout.sentences.german.pictures import PICTURES, WATCHED
from gpt_by_hand.layout.sentences.german.plane import PLANE
from gpt_by_hand.layout.sentences.german.practice import PRACTICE
from gpt_by_hand.layout.sentences.german.problems import PROBLEMS
from gpt_by_hand.layout.sentences.german.sheet_page import SHEET_PAGE
from gpt_by_hand.layout.sentences.german.sheets import SHEETS
from gpt_by_hand.layout.sentences.german.why import WHY
from gpt_by_hand.layout.sentences.translation import Translation

SENTENCES = EXPLANATIONS | TRACES | PICTURES | WATCHED | PLANE | PRACTICE | SHEETS | WHY | LOSS | DIFFERENCE
SENTENCES |= PAGE | SHEET_PAGE | COMMANDS
TRANSLATION = Translation(SENTENCES, MODEL, PROBLEMS)
